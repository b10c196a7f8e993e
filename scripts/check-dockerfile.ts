/** What can be said of the image without building it: from where, what goes in, as whom and how it runs. */

const commands = ['reach', 'doctor', 'scrub', 'backup', 'restore', 'ledger', 'keys'].map(
  (name) => `scripts/${name}.ts`,
)
const shipped = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'LICENSE',
  'src',
  'workers',
  ...commands,
  'scripts/checks',
]
/** Said of every installation. */
const always = ['npm ci', '--ignore-scripts']

/** The stage that puts the pages together has everything that takes; only the pages leave it, and a native package. */
const pagesStage = 'pages'
const alsoForPages = ['tsconfig.json', 'scripts/build.ts']
const pagesCopy = `--from=${pagesStage} /app/dist ./dist`
const nativeCopy = `--from=${pagesStage} /app/node_modules/@node-rs ./node_modules/@node-rs`
const execForm = /^\["[^"]+"(?:, ?"[^"]+")*\]$/

/** Word, what follows it, and the stage it stands in. */
type Instruction = readonly [string, string, string]

const readInstructions = (text: string): readonly Instruction[] => {
  let stage = ''
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => /^([A-Z]+)\s+(.+)$/.exec(line.trim().replaceAll(/\s+/g, ' ')))
    .map((match): Instruction => {
      const [, word = '', rest = ''] = match ?? []
      if (word === 'FROM') stage = / AS (\S+)$/i.exec(rest)?.[1] ?? ''
      return [word, rest, stage]
    })
}

const checkStages = (instructions: readonly Instruction[]): string[] => {
  const problems: string[] = []
  const stages = new Set<string>()
  for (const [word, rest] of instructions) {
    if (word === 'ADD') problems.push('ADD is used, COPY does not fetch or unpack')
    if (word !== 'FROM') continue
    const [image = '', , stage = ''] = rest.split(/\s+/)
    if (!stages.has(image) && !/^[a-z][a-z0-9-]*:[\w.-]+$/.test(image))
      problems.push(`FROM ${image} is not an official image with a tag`)
    if (image.endsWith(':latest')) problems.push(`FROM ${image} is another image every week`)
    stages.add(stage)
  }
  return problems
}

const checkCopies = (instructions: readonly Instruction[]): string[] =>
  instructions
    .filter(([word, rest]) => word === 'COPY' && !rest.includes('--from='))
    .flatMap(([, rest, stage]) =>
      rest
        .split(/\s+/)
        .filter((part) => !part.startsWith('--'))
        .slice(0, -1)
        .map((source) => source.replace(/^\.\//, '').replace(/\/$/, ''))
        .filter((source) => !(stage === pagesStage && alsoForPages.includes(source))),
    )
    .filter((source) => !shipped.includes(source))
    .map((source) => `COPY ${source}: only ${shipped.join(', ')} belong into the image`)

/** What can be said of an image without building it. `ignore` is the text of `.dockerignore`. */
export const checkDockerfile = (text: string, ignore: string): string[] => {
  const instructions = readInstructions(text)
  const last = instructions.slice(instructions.findLastIndex(([word]) => word === 'FROM'))
  const final = (wanted: string): string => last.findLast(([word]) => word === wanted)?.[1] ?? ''
  const installs = instructions.filter(
    ([word, rest]) => word === 'RUN' && /\bnpm (ci|i|install)\b/.test(rest),
  )
  const problems = [...checkStages(instructions), ...checkCopies(instructions)]
  if (!/^[1-9]\d*(:[1-9]\d*)?$/.test(final('USER'))) problems.push('USER is not a number above 0')
  if (!/ ?CMD \[.*\/healthz/.test(final('HEALTHCHECK'))) problems.push('HEALTHCHECK does not ask /healthz')
  if (!execForm.test(final('CMD'))) problems.push('CMD is not in exec form, so signals would not arrive')
  if (!/\/data\b/.test(final('VOLUME'))) problems.push('/data is not a VOLUME')
  for (const [, rest, stage] of installs)
    for (const flag of stage === pagesStage ? always : [...always, '--omit=dev', '--omit=optional'])
      if (!rest.includes(flag)) problems.push(`dependencies are installed without ${flag}`)
  for (const [word, rest, stage] of instructions) {
    if (word === 'COPY' && rest.includes(`--from=${pagesStage}`) && ![pagesCopy, nativeCopy].includes(rest))
      problems.push(`COPY ${rest}: only the pages and what is native leave their stage`)
    if (word === 'FROM' && rest.startsWith(`${pagesStage} `))
      problems.push(`${stage} is made of the pages’ tools`)
  }
  const copied = (what: string): boolean => last.some(([word, rest]) => word === 'COPY' && rest === what)
  if (!copied(pagesCopy)) problems.push('the pages are not in the image')
  if (!copied(nativeCopy)) problems.push('the native package is not in the image')
  if (installs.length === 0) problems.push('no dependencies are installed')
  const [first, ...rest] = ignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  if (first !== '*') problems.push('.dockerignore does not begin by leaving everything out')
  for (const line of rest)
    if (line.startsWith('!') && ![...shipped, ...alsoForPages].includes(line.slice(1).replace(/\/$/, '')))
      problems.push(`.dockerignore lets ${line.slice(1)} in`)
  return problems.map((problem) => `Dockerfile: ${problem}`)
}
