// A router of one screen: history API, three pages, links that behave as links (new tab, copy address).

import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from 'react'

export type Route =
  | { readonly page: 'fleet' }
  | { readonly page: 'device'; readonly device: string }
  | { readonly page: 'ingest' }
  | { readonly page: 'unknown' }

export function routeOf(path: string): Route {
  if (path === '/' || path === '') return { page: 'fleet' }
  if (path === '/ingest') return { page: 'ingest' }
  const device = /^\/devices\/([^/]+)\/?$/.exec(path)?.[1]
  return device ? { page: 'device', device: decodeURIComponent(device) } : { page: 'unknown' }
}

export const devicePath = (device: string): string => `/devices/${encodeURIComponent(device)}`

const listeners = new Set<() => void>()
const tell = () => {
  for (const listener of listeners) listener()
}
addEventListener('popstate', tell)

export function navigate(to: string, options: { replace?: boolean; keepScroll?: boolean } = {}): void {
  if (to === location.pathname + location.search) return
  if (options.replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  if (!options.keepScroll && !options.replace) scrollTo(0, 0)
  tell()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname)
export const useSearch = (): string => useSyncExternalStore(subscribe, () => location.search)

export function Link({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    navigate(href)
  }
  return <a href={href} onClick={follow} {...rest} />
}
