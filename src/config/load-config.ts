/** Configuration for a program about to start: settings and machine judged together, told all at once. */
import { checkMachine } from './machine.ts'
import { type Config, type ConfigProblems, readConfig } from './read-config.ts'

/** Reads `env` and looks at the machine. `mayBeNew`: the key ring is made by this program when it is missing. */
export const loadConfig = (
  env: Readonly<Record<string, string | undefined>>,
  { mayBeNew = false }: { readonly mayBeNew?: boolean } = {},
): Config | ConfigProblems => {
  const read = readConfig(env)
  const problems = ['problems' in read ? read.problems : [], checkMachine(read, mayBeNew)].flat()
  const { keysFolder, objectsFolder, s3 } = read
  return problems.length > 0 ? { problems, keysFolder, objectsFolder, s3 } : read
}
