/**
 * Pages: what was put together for browsers, by name. Read once when a server starts and held in memory, so that no
 * name from a request is ever a path. A name carries a digest of what it names: under one name there is never anything
 * else, and a browser may keep it for ever.
 */

/** Pages that are put together, by the folder of `src/web` they come from. */
export const pageNames = ['send', 'read'] as const
export type PageName = (typeof pageNames)[number]

/** What a page loads, as names of assets. */
export type PageParts = {
  /** The module that draws it. */
  readonly script: string
  readonly styles: readonly string[]
  /** Modules that the script imports at once, so that they need not be found first. */
  readonly modules: readonly string[]
  /** What stands in the tab; null where there is none. */
  readonly icon: string | null
  /** The words under which other people's work in the pages may be used; null where there are none. */
  readonly licences: string | null
}

export type Asset = {
  /** Media type with its charset. */
  readonly type: string
  /** In the one form that is held: packed by gzip where that makes it smaller. */
  readonly bytes: Buffer
  readonly packed: boolean
  /** A worker that compiles WebAssembly to decode pictures: it needs a policy that lets it. */
  readonly decodes: boolean
}

export type Pages = {
  /** Null when it was not put together. */
  partsOf(page: PageName): PageParts | null
  /** Null for every name but those that were put together. */
  asset(name: string): Asset | null
}

/** A server without pages: it serves everything else, and says how they are made. */
export const noPages: Pages = { partsOf: () => null, asset: () => null }
