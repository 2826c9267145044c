// Small controls that several pages share: copying, code to copy, segments, notices, a dialog.

import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Icon, type IconName } from './icons.tsx'

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Without https the clipboard is closed; the old way through a selection still works.
    const field = document.createElement('textarea')
    field.value = text
    field.className = 'visually-hidden'
    document.body.append(field)
    field.select()
    const done = document.execCommand('copy')
    field.remove()
    return done
  }
}

export function CopyButton(props: {
  text: () => string
  icon?: IconName
  name: string
  children?: ReactNode
  className?: string
}) {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 1_600)
    return () => clearTimeout(timer)
  }, [done])
  return (
    <button
      type="button"
      className={props.className ?? 'button'}
      aria-label={props.name}
      title={props.name}
      onClick={async () => setDone(await copyText(props.text()))}
    >
      <Icon name={done ? 'check' : (props.icon ?? 'copy')} />
      {props.children && <span>{done ? 'Copied' : props.children}</span>}
      <span className="visually-hidden" aria-live="polite">
        {done ? 'Copied' : ''}
      </span>
    </button>
  )
}

/** A command to try, one click away from the clipboard. */
export function Command({ text }: { text: string }) {
  return (
    <div className="command">
      <pre>
        <code>{text}</code>
      </pre>
      <CopyButton text={() => text} name="Copy the command" className="button quiet" />
    </div>
  )
}

/** A curl that sends one reading to this server. */
export const curlOf = (device: string): string =>
  `curl -X POST ${location.origin}/api/v1/telemetry \\
  -H 'content-type: application/json' \\
  -d '{"device": "${device}", "values": {"temperature": 21.4},
       "recordedAt": "'$(date -u +%FT%TZ)'"}'`

export function Segments<T extends string>(props: {
  name: string
  value: T | undefined
  options: readonly { readonly value: T; readonly words: ReactNode; readonly title?: string }[]
  onChange: (value: T) => void
}) {
  return (
    <fieldset className="segments" aria-label={props.name}>
      {props.options.map((option) => (
        <button
          key={option.value}
          type="button"
          title={option.title}
          aria-pressed={option.value === props.value}
          onClick={() => props.onChange(option.value)}
        >
          {option.words}
        </button>
      ))}
    </fieldset>
  )
}

export function Notice(props: { kind?: 'error' | 'info'; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={`notice ${props.kind ?? 'info'}`} role={props.kind === 'error' ? 'alert' : undefined}>
      <strong>{props.title}</strong>
      {props.children && <div>{props.children}</div>}
      {props.action}
    </div>
  )
}

/** A modal dialog (the element brings focus trap and Escape); a click beside it closes it. */
export function Dialog(props: {
  title: string
  open: boolean
  onClose: () => void
  side?: boolean
  children: ReactNode
}) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (props.open && !element.current?.open) element.current?.showModal()
    if (!props.open) element.current?.close()
  }, [props.open])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={element}
      className={props.side ? 'side' : ''}
      aria-label={props.title}
      onClose={props.onClose}
      onClick={(event) => event.target === element.current && props.onClose()}
    >
      {props.open && (
        <div className="dialog-body">
          <header>
            <h2>{props.title}</h2>
            <button type="button" className="button quiet" aria-label="Close" onClick={props.onClose}>
              <Icon name="close" />
            </button>
          </header>
          {props.children}
        </div>
      )}
    </dialog>
  )
}

export const Kbd = ({ children }: { children: ReactNode }) => <kbd>{children}</kbd>
