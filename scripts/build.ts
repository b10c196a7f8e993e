/** Puts the pages together, or finds that they are as their sources: `dist/web` and a digest of what it was made of. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '..')
const stamp = join(root, 'dist', 'web', '.made-of')

/** The rooms whose files end up in a page, and what says which versions of packages do. */
const sources = ['src/web', 'src/sending', 'src/domain', 'src/contract'].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)),
)

const digest = createHash('sha256')
for (const file of [...sources, join(root, 'package-lock.json')].sort()) {
  digest.update(`${file.slice(root.length)}\n`)
  digest.update(readFileSync(file))
}
const madeOf = digest.digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== madeOf) {
  await build({ configFile: join(root, 'src', 'web', 'vite.config.ts') })
  writeFileSync(stamp, madeOf)
}
