/** While bytes move: the screen stays on where the browser can do that, and leaving the page is asked about. */
import type { Scene } from './scene.ts'

/** True while something is on its way that leaving would hold up. */
const isMoving = ({ page }: Scene): boolean => page.at === 'sending' && page.sending.state !== 'paused'

export type Watch = { note(scene: Scene): void; isAwake(): boolean | null }

/** `onChange` is told when the screen is kept on, or no longer. */
export const keepWatch = (onChange: () => void): Watch => {
  const can = 'wakeLock' in navigator
  let lock: WakeLockSentinel | null = null
  let asking = false
  let moving = false

  const ask = (event: BeforeUnloadEvent): void => event.preventDefault()

  const hold = async (): Promise<void> => {
    if (!can || asking || lock !== null || !moving || document.visibilityState !== 'visible') return
    asking = true
    try {
      lock = await navigator.wakeLock.request('screen')
      lock.addEventListener('release', () => {
        lock = null
        onChange()
      })
      if (!moving) await lock.release()
      onChange()
    } catch {
      // A low battery, or no right to: sending goes on all the same.
    }
    asking = false
  }
  document.addEventListener('visibilitychange', () => void hold())

  return {
    isAwake: () => (can ? lock !== null : null),
    note: (scene) => {
      const now = isMoving(scene)
      if (now === moving) return
      moving = now
      if (now) addEventListener('beforeunload', ask)
      else {
        removeEventListener('beforeunload', ask)
        void lock?.release()
      }
      void hold()
    },
  }
}
