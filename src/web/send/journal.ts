/**
 * Journal: what this browser remembers of a link, so that a page that was closed goes on by itself: which folder, what
 * was chosen, how far it went. Never what is in a file, never a name; gone after a week, or when the receipt was saved.
 */

export type JournalEntry = {
  /** Of the choice, ms since 1970. */
  readonly at: number
  readonly state: 'sending' | 'finished'
  /** Empty where the browser gives none. */
  readonly handles: readonly FileSystemHandle[]
  /** Every file that was found, chosen or not. */
  readonly marks: readonly number[]
  /** Keys of studies and documents that are not sent. */
  readonly unticked: readonly string[]
  readonly answer: 'same-person' | 'several-patients' | null
}

/** Of one link. Where a browser keeps nothing, it remembers nothing, and everything else works. */
export type Journal = {
  read(): Promise<JournalEntry | null>
  write(entry: JournalEntry): Promise<void>
  forget(): Promise<void>
}

const keepMs = 7 * 86_400_000
const storeName = 'links'

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** The link itself is not kept: its digest is enough to know it again. */
export const keyOfLink = async (token: string): Promise<string> =>
  hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)))

const heard = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((done, fail) => {
    request.onsuccess = () => done(request.result)
    request.onerror = () => fail(request.error ?? new Error('not kept'))
  })

const openStore = async (mode: IDBTransactionMode): Promise<IDBObjectStore> => {
  const request = indexedDB.open('second-read', 1)
  request.onupgradeneeded = () => request.result.createObjectStore(storeName)
  return (await heard(request)).transaction(storeName, mode).objectStore(storeName)
}

const dropOld = async (): Promise<void> => {
  const store = await openStore('readwrite')
  for (const key of await heard(store.getAllKeys())) {
    const entry: JournalEntry = await heard(store.get(key))
    if (Date.now() - entry.at > keepMs) await heard(store.delete(key))
  }
}

/** In the browser's own database. A private window may refuse: then nothing is remembered. */
export const openJournal = (token: string): Journal => {
  const key = keyOfLink(token)
  const last = dropOld().catch(() => {})
  const use = async <Result>(
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore, key: string) => IDBRequest<Result>,
  ): Promise<Result | undefined> => {
    try {
      await last
      const of = await key
      return await heard(act(await openStore(mode), of))
    } catch {
      return undefined
    }
  }
  return {
    read: async () => (await use<JournalEntry | undefined>('readonly', (store, of) => store.get(of))) ?? null,
    write: async (entry) => {
      await use('readwrite', (store, of) => store.put(entry, of))
    },
    forget: async () => {
      await use('readwrite', (store, of) => store.delete(of))
    },
  }
}
