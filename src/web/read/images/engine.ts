/**
 * The viewer's library, started once a page: loader with the reader's token, cache of bounded size, and drawing without
 * the graphics card where there is none worth it.
 */
import {
  cache,
  getRenderingCapabilities,
  imageRetrievalPoolManager,
  init as initCore,
  RenderingEngine,
  setUseCPURendering,
} from '@cornerstonejs/core'
import { init as initLoader } from '@cornerstonejs/dicom-image-loader'
import type { Reading } from '#web/read/reading.ts'

const megabyte = 1_048_576

/** A phone's browser is ended by the system long before a desk's. */
const isSmall = (): boolean => matchMedia('(max-width: 700px), (pointer: coarse)').matches

export const cacheBytes = (): number => (isSmall() ? 256 : 1_024) * megabyte

const cores = (): number => navigator.hardwareConcurrency || 2

/**
 * The library leaves a second promise behind for every request that fails, which nobody hears. The first one is ours: a
 * slice that cannot be read is told on the screen.
 */
const quietEchoes = (): void => {
  addEventListener('unhandledrejection', (event) => {
    if (event.reason instanceof XMLHttpRequest) event.preventDefault()
  })
}

let started: RenderingEngine | null = null
let reader: Reading | null = null

/** The engine of this page, for this reader. */
export const startEngine = (reading: Reading): RenderingEngine => {
  reader = reading
  if (started !== null) return started
  quietEchoes()
  initCore()
  const { webgl, softwareRasterizer } = getRenderingCapabilities()
  // Software that plays a graphics card is twice as slow as drawing without one.
  if (!webgl || softwareRasterizer) setUseCPURendering(true)
  cache.setMaxCacheSize(cacheBytes())
  initLoader({
    maxWebWorkers: Math.max(1, Math.min(4, cores() - 1)),
    // It may never reject: the library would wait for ever. Without a token the gateway says no, and we hear that.
    beforeSend: async (): Promise<Record<string, string>> => {
      const token = await reader?.token().catch(() => null)
      return token === null || token === undefined ? {} : { Authorization: `Bearer ${token}` }
    },
  })
  imageRetrievalPoolManager.setMaxSimultaneousRequests('interaction' as never, 8)
  imageRetrievalPoolManager.setMaxSimultaneousRequests('thumbnail' as never, 1)
  imageRetrievalPoolManager.setMaxSimultaneousRequests('prefetch' as never, 4)
  started = new RenderingEngine('reading')
  return started
}

/** What was loaded for the case is let go. */
export const emptyEngine = (): void => {
  cache.purgeCache()
}
