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

createRoot(document.getElementById('root')!).render(<App />)
