// Loading, sizes and keys: the few hooks that every page needs.

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { ApiError } from './api.ts'

export type Load<T> = {
  readonly data: T | undefined
  readonly error: ApiError | undefined
  readonly reload: () => void
}

/**
 * Loads for `key` and again every `refresh_ms` while the page is visible. Keeps what it has while it asks again, and
 * forgets it when the key changes, unless `keep`. An undefined key loads nothing.
 */
export function useLoad<T>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
  options: { refresh_ms?: number; keep?: boolean } = {},
): Load<T> {
  const [state, setState] = useState<{ key: string | undefined; data?: T; error?: ApiError }>({ key })
  const [round, setRound] = useState(0)
  const latest = useRef(load)
  latest.current = load
  const { refresh_ms, keep } = options

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks for another load
  useEffect(() => {
    if (key === undefined) return
    const control = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const again = (wait_ms: number) => {
      timer = setTimeout(() => (document.hidden ? again(1_000) : run()), wait_ms)
    }
    const run = async () => {
      try {
        const data = await latest.current(control.signal)
        if (!control.signal.aborted) setState({ key, data })
      } catch (error) {
        if (control.signal.aborted) return
        const shown = error instanceof ApiError ? error : new ApiError(0, String(error))
        setState((before) => ({ key, data: before.key === key || keep ? before.data : undefined, error: shown }))
      }
      if (refresh_ms && !control.signal.aborted) again(refresh_ms)
    }
    void run()
    return () => {
      control.abort()
      clearTimeout(timer)
    }
  }, [key, refresh_ms, round])

  const current = state.key === key
  return {
    data: current || keep ? state.data : undefined,
    error: current ? state.error : undefined,
    reload: useCallback(() => setRound((n) => n + 1), []),
  }
}

/** Width of an element in CSS pixels, 0 before it is laid out. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const target = element.current
    if (!target) return
    setWidth(target.clientWidth)
    const observer = new ResizeObserver(() => setWidth(target.clientWidth))
    observer.observe(target)
    return () => observer.disconnect()
  }, [element])
  return width
}

export function useMedia(query: string): boolean {
  const media = matchMedia(query)
  return useSyncExternalStore(
    (listener) => {
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    },
    () => media.matches,
  )
}

export const useScreenHeight = (): number =>
  useSyncExternalStore(
    (listener) => {
      addEventListener('resize', listener)
      return () => removeEventListener('resize', listener)
    },
    () => innerHeight,
  )

export const usePhone = (): boolean => useMedia('(max-width: 760px)')

/** Calls `handler` for keys pressed outside of fields. It returns true when it has used the key. */
export function useKeys(handler: (key: string, event: KeyboardEvent) => boolean | undefined): void {
  const latest = useRef(handler)
  latest.current = handler
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return
      const target = event.target as HTMLElement
      if (target.closest('input, textarea, select, [contenteditable], dialog[open]')) return
      if (latest.current(event.key, event)) event.preventDefault()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}

/** The value, at rest for `wait_ms`. */
export function useSettled<T>(value: T, wait_ms: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait_ms)
    return () => clearTimeout(timer)
  }, [value, wait_ms])
  return settled
}
