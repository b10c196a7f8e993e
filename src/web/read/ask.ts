/** One question to the gateway. What it refuses is a value with its code; only what is broken is thrown. */

/** `code` is the gateway's (`link.used-up`); `offline` when nobody answered; `facts` are what it said beside it. */
export type Refused = {
  readonly refused: string
  readonly facts: Readonly<Record<string, unknown>>
  /** Seconds to wait, when it said so. */
  readonly wait: number | null
}

export const isRefused = <Value extends object>(answer: Value | Refused): answer is Refused =>
  'refused' in answer

/** What a reply that is no success says. */
export const readRefused = async (reply: Response): Promise<Refused> => {
  const wait = Number(reply.headers.get('Retry-After') ?? Number.NaN)
  const facts = await reply.json().catch(() => ({}))
  const { code = `status.${reply.status}`, ...rest } = facts as Record<string, unknown>
  return { refused: String(code), facts: rest, wait: Number.isFinite(wait) ? wait : null }
}

export type Question = {
  readonly bearer?: string
  readonly json?: unknown
}

/** Asks in JSON and reads JSON; an empty answer is `{}`. Never rejects. */
export const ask = async <Reply extends object>(
  path: string,
  { bearer, json }: Question = {},
): Promise<Reply | Refused> => {
  try {
    const reply = await fetch(path, {
      method: json === undefined ? 'GET' : 'POST',
      headers: {
        ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
    if (!reply.ok) return await readRefused(reply)
    const text = await reply.text()
    return (text === '' ? {} : JSON.parse(text)) as Reply
  } catch {
    return { refused: 'offline', facts: {}, wait: null }
  }
}
