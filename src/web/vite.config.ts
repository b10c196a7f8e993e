/** How the pages are put together: every entry a folder of its own, hashed names, nothing inline, nothing from elsewhere. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { licences } from './licences.ts'

const root = join(import.meta.dirname, '..', '..')

/** Vite's own way to load a chunk also fetches style sheets for it. Ours stand in the pages' first ones. */
const plainLoading: Plugin = {
  name: 'plain-loading',
  enforce: 'pre',
  load: (id) =>
    id.endsWith('vite/preload-helper.js') ? 'export const __vitePreload = (load) => load()' : null,
}

const iconPath = 'icon.svg'

/** The icon is linked by what the server sends, and imported by nothing. */
const icon: Plugin = {
  name: 'icon',
  buildStart() {
    const source = readFileSync(join(import.meta.dirname, iconPath))
    this.emitFile({ type: 'asset', name: 'icon.svg', originalFileName: iconPath, source })
  },
}

/** What both pages have from the start, and what the sender's later views share with the first ones: one file packs best. */
const atOnce = [
  /node_modules\/(react|react-dom|scheduler)\//,
  /web\/parts\/((button|marks|language-switch|progress)\.tsx|(base|controls|marks)\.css)$/,
  /web\/words\/(words|say|load-words|spoken)\.ts$/,
  /web\/send\/(place\.ts|views\/(heading\.tsx|title\.ts))$/,
  /domain\/(code-tries|language)\.ts$/,
  /vite\/preload-helper/,
]

const { ofPages, ofWorkers } = licences()

// biome-ignore lint/style/noDefaultExport: Vite asks for it.
export default defineConfig({
  root: import.meta.dirname,
  base: '/assets/',
  // What it warns of are the decoders' ways into Node, which no browser takes, and the size of a chunk that few load.
  logLevel: 'error',
  plugins: [plainLoading, icon, ofPages],
  build: {
    outDir: join(root, 'dist', 'web'),
    emptyOutDir: true,
    assetsDir: '.',
    manifest: 'manifest.json',
    target: 'es2022',
    // Fonts and pictures as files of their own: the policy of our pages has no `data:`.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: 'shared', test: (id: string) => atOnce.some((some) => some.test(id)) }],
        },
      },
      input: {
        send: join(import.meta.dirname, 'send', 'main.tsx'),
        read: join(import.meta.dirname, 'read', 'main.tsx'),
      },
    },
  },
  resolve: {
    alias: [
      {
        // Asks for a module of Node that a browser has not, and the viewer breaks when it starts. It reads no XML.
        find: /^@kitware\/vtk\.js\/IO\/XML\/XMLPolyDataReader\.js$/,
        replacement: join(import.meta.dirname, 'read', 'images', 'no-xml-reader.ts'),
      },
    ],
  },
  // Character maps and fonts that pdf.js asks for.
  assetsInclude: ['**/*.bcmap', '**/*.pfb'],
  worker: { format: 'es', plugins: () => [ofWorkers] },
})
