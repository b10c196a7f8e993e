/** Archives of others that cases may be pushed to: `name=https://user:secret@host/dicom-web`, one or more. */

export type PushTarget = {
  readonly name: string
  /** Without name and secret, and without a slash at its end. */
  readonly url: string
  /** Both empty when it needs none. */
  readonly user: string
  readonly secret: string
}

const nameForm = /^[a-z][a-z0-9-]{0,31}$/

const decode = (text: string): string | null => {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

const readTarget = (text: string): PushTarget | null => {
  const cut = text.indexOf('=')
  const name = text.slice(0, Math.max(0, cut))
  const url = URL.parse(text.slice(cut + 1))
  if (!nameForm.test(name) || url === null || !/^https?:$/.test(url.protocol)) return null
  const user = decode(url.username)
  const secret = decode(url.password)
  if (user === null || secret === null || user.includes(':') || url.search !== '' || url.hash !== '')
    return null
  return { name, url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, user, secret }
}

/** Those of a setting, separated by spaces; null when one cannot be read or two have one name. */
export const readPushTargets = (text: string): readonly PushTarget[] | null => {
  const targets: PushTarget[] = []
  for (const one of text.split(/\s+/).filter((word) => word !== '')) {
    const target = readTarget(one)
    if (target === null || targets.some(({ name }) => name === target.name)) return null
    targets.push(target)
  }
  return targets
}
