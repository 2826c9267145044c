// Build of the dashboard: a handful of files with hashed names, nothing inlined (the server's CSP allows no data: fonts).

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = process.env['MILLRACE_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2023',
    outDir: 'dist',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': server, '/docs': server, '/openapi.json': server } },
})
