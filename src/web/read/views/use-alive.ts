/** Whether what a person pressed is still on the screen when its answer comes. */
import { type RefObject, useEffect, useRef } from 'react'

/** True until the component is gone. */
export const useAlive = (): RefObject<boolean> => {
  const alive = useRef(true)
  useEffect(() => {
    alive.current = true
    return () => {
      alive.current = false
    }
  }, [])
  return alive
}
