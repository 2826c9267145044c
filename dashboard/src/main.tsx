// Starts the dashboard. The channel hues go from colours.ts into CSS here, so that there is one place that names them.

import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { palette } from './colours.ts'
import { theme } from './theme.ts'
import './styles/base.css'
import './styles/frame.css'
import './styles/parts.css'
import './styles/dialogs.css'
import './styles/fleet.css'
import './styles/charts.css'
import './styles/twin.css'
import './styles/device.css'
import './styles/ingest.css'

const paint = () => {
  for (const [hue, colour] of Object.entries(palette[theme()]))
    document.documentElement.style.setProperty(`--hue-${hue}`, colour)
}
paint()
new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ['data-theme'] })

const place = document.getElementById('root')!
// A fault in a page takes the whole tree down; what is left says so instead of showing nothing.
const root = createRoot(place, {
  onUncaughtError(error) {
    console.error(error)
    createRoot(place.appendChild(document.createElement('main'))).render(<Broken message={String(error)} />)
  },
})
root.render(<App />)

function Broken({ message }: { message: string }) {
  return (
    <div className="empty" role="alert">
      <h2>This page broke</h2>
      <p>{message}</p>
      <p>
        The server and its data are not touched by it. <a href="/">Back to the fleet</a>
      </p>
    </div>
  )
}
