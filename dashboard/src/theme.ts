// Light and dark: the system's choice until a person makes one, which is remembered. Charts read colours from here.

import { useSyncExternalStore } from 'react'
import type { Theme } from './colours.ts'

const name = 'millrace.theme'
const listeners = new Set<() => void>()
const system = matchMedia('(prefers-color-scheme: dark)')

export const theme = (): Theme => (document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light')

export function setTheme(next: Theme): void {
  localStorage.setItem(name, next)
  apply(next)
}
export const toggleTheme = (): void => setTheme(theme() === 'dark' ? 'light' : 'dark')

export const useTheme = (): Theme => useSyncExternalStore(subscribe, theme)

function apply(next: Theme): void {
  document.documentElement.dataset['theme'] = next
  for (const listener of listeners) listener()
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
system.addEventListener('change', () => {
  if (!localStorage.getItem(name)) apply(system.matches ? 'dark' : 'light')
})
