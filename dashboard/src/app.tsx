// The frame around the pages: name, navigation, connection, theme, help; and the key screen when the server asks for one.

import { type FormEvent, useEffect, useRef, useState } from 'react'
import { ApiError, api, onRefused, readKey, writeKey } from './api.ts'
import { DevicePage } from './device/device-page.tsx'
import { FleetPage } from './fleet/fleet-page.tsx'
import { useKeys } from './hooks.ts'
import { IngestPage } from './ingest/ingest-page.tsx'
import { useLiveStatus } from './live.ts'
import { Dialog, Kbd } from './parts/controls.tsx'
import { Icon } from './parts/icons.tsx'
import { Logo } from './parts/marks.tsx'
import { Link, navigate, routeOf, usePath } from './router.tsx'
import { toggleTheme, useTheme } from './theme.ts'

export function App() {
  const [refused, setRefused] = useState(false)
  const [help, setHelp] = useState(false)
  const route = routeOf(usePath())
  useEffect(() => onRefused(() => setRefused(true)), [])
  useEffect(() => {
    document.title =
      route.page === 'device'
        ? `${route.device} · Millrace`
        : route.page === 'ingest'
          ? 'Ingest · Millrace'
          : 'Millrace'
  }, [route])
  useKeys((key) => {
    if (key === '?') setHelp(true)
    else if (key === 't') toggleTheme()
    else if (key === 'f') navigate('/')
    else if (key === 'i') navigate('/ingest')
    else if (key === 'Escape' && route.page === 'ingest') navigate('/')
    else return false
    return true
  })
  if (refused) return <KeyScreen onKey={() => setRefused(false)} />
  return (
    <>
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <Bar page={route.page} onHelp={() => setHelp(true)} />
      <Banner />
      <div id="page">
        {route.page === 'fleet' && <FleetPage />}
        {route.page === 'device' && <DevicePage key={route.device} name={route.device} />}
        {route.page === 'ingest' && <IngestPage />}
        {route.page === 'unknown' && (
          <main>
            <div className="empty">
              <h2>There is no such page</h2>
              <Link href="/" className="button">
                To the fleet
              </Link>
            </div>
          </main>
        )}
      </div>
      <Help open={help} onClose={() => setHelp(false)} />
    </>
  )
}

function Bar({ page, onHelp }: { page: string; onHelp: () => void }) {
  const theme = useTheme()
  const status = useLiveStatus()
  return (
    <header className="bar">
      <Link href="/" className="brand" aria-label="Millrace, to the fleet">
        <Logo />
        <span>Millrace</span>
      </Link>
      <nav aria-label="Pages">
        <Link href="/" aria-current={page === 'fleet' || page === 'device' ? 'page' : undefined}>
          Fleet
        </Link>
        <Link href="/ingest" aria-current={page === 'ingest' ? 'page' : undefined}>
          Ingest
        </Link>
      </nav>
      <span className={`stream-status ${status}`} role="status">
        <i aria-hidden="true" />
        {{ open: 'Live', connecting: 'Connecting', lost: 'Reconnecting' }[status]}
      </span>
      <button
        type="button"
        className="button quiet"
        onClick={toggleTheme}
        aria-label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
        title="Theme (t)"
      >
        <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
      </button>
      <button
        type="button"
        className="button quiet help-button"
        onClick={onHelp}
        aria-label="Keyboard shortcuts"
        title="Keyboard (?)"
      >
        <Icon name="help" />
      </button>
    </header>
  )
}

/** Says it when the stream has been away for longer than a hiccup. */
function Banner() {
  const status = useLiveStatus()
  const [shown, setShown] = useState(false)
  useEffect(() => {
    if (status !== 'lost') {
      setShown(false)
      return
    }
    const timer = setTimeout(() => setShown(true), 1_500)
    return () => clearTimeout(timer)
  }, [status])
  if (!shown) return null
  return (
    <div className="banner" role="alert">
      {navigator.onLine ? 'The stream is interrupted.' : 'This computer is offline.'} What you see may be old; it goes
      on by itself.
    </div>
  )
}

function KeyScreen({ onKey }: { onKey: () => void }) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const [failure, setFailure] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const key = String(new FormData(event.currentTarget).get('key')).trim()
    setBusy(true)
    const before = readKey()
    writeKey(key)
    try {
      await api.overview()
      onKey()
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        writeKey(before)
        setFailure('The server does not know this key.')
      } else setFailure(error instanceof ApiError ? error.message : String(error))
    }
    setBusy(false)
  }
  return (
    <main className="key-screen">
      <form onSubmit={submit}>
        <Logo />
        <h1>This server wants a key</h1>
        <p>
          Make one with <code>millrace keys create --name dashboard</code> and paste it here. It stays in this browser.
        </p>
        <label>
          <span>API key</span>
          <input
            ref={field}
            name="key"
            type="password"
            autoComplete="off"
            placeholder="mr_…"
            required
            spellCheck={false}
          />
        </label>
        {failure && (
          <p className="failure" role="alert">
            {failure}
          </p>
        )}
        <button type="submit" className="button primary wide" disabled={busy}>
          {busy ? 'Asking…' : 'Open'}
        </button>
      </form>
    </main>
  )
}

const shortcuts: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'Everywhere',
    [
      ['f', 'Fleet'],
      ['i', 'Ingest'],
      ['t', 'Light or dark'],
      ['?', 'This page'],
      ['Esc', 'Back, or out of a zoom'],
    ],
  ],
  [
    'Fleet',
    [
      ['/', 'Search'],
      ['j  k', 'Next and previous device'],
      ['Enter', 'Open it'],
    ],
  ],
  [
    'Device',
    [
      ['1 … 5', '15 minutes to 7 days'],
      ['c', 'Twin on or off'],
      ['Drag', 'Zoom into a stretch'],
      ['Double click', 'Zoom back'],
    ],
  ],
]

function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog title="Keyboard" open={open} onClose={onClose}>
      <div className="shortcuts">
        {shortcuts.map(([place, keys]) => (
          <section key={place}>
            <h3>{place}</h3>
            <dl>
              {keys.map(([key, words]) => (
                <div key={key}>
                  <dt>
                    {key.split('  ').map((each) => (
                      <Kbd key={each}>{each}</Kbd>
                    ))}
                  </dt>
                  <dd>{words}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
