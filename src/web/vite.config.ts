/** How the pages are put together: every entry a folder of its own, hashed names, nothing inline, nothing from elsewhere. */
import { join } from 'node:path'
import { defineConfig } from 'vite'

const root = join(import.meta.dirname, '..', '..')

// biome-ignore lint/style/noDefaultExport: Vite asks for it.
export default defineConfig({
  root: import.meta.dirname,
  base: '/assets/',
  logLevel: 'warn',
  build: {
    outDir: join(root, 'dist', 'web'),
    emptyOutDir: true,
    assetsDir: '.',
    manifest: 'manifest.json',
    target: 'es2022',
    // Fonts and pictures as files of their own: the policy of our pages has no `data:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
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
  worker: { format: 'es' },
})
