/**
 * Puts the pages together, or finds that they are as their sources: `dist/web` and a digest of what it was made of. It
 * is made beside and put in place at once, so that a server that starts meanwhile finds the old ones or the new ones.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const place = join(root, 'dist', 'web')
const stamp = join(place, '.made-of')

/** The rooms whose files end up in a page, and what says which versions of packages do. */
const sources = ['src/web', 'src/sending', 'src/domain', 'src/contract'].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(test|e2e)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name)),
)

const digest = createHash('sha256')
for (const file of [...sources, join(root, 'package-lock.json')].sort()) {
  digest.update(`${file.slice(root.length)}\n`)
  digest.update(readFileSync(file))
}
const madeOf = digest.digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== madeOf) {
  // A test that builds them says `test` here, and React would come as its twice as large form for developers.
  process.env['NODE_ENV'] = 'production'
  const { build } = await import('vite')
  const fresh = `${place}.${process.pid}`
  const old = `${fresh}.old`
  try {
    await build({ configFile: join(root, 'src', 'web', 'vite.config.ts'), build: { outDir: fresh } })
    writeFileSync(join(fresh, '.made-of'), madeOf)
    mkdirSync(old)
    if (existsSync(place)) renameSync(place, join(old, 'web'))
    renameSync(fresh, place)
  } finally {
    for (const rest of [fresh, old]) rmSync(rest, { recursive: true, force: true })
  }
}
