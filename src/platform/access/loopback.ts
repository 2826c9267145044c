// Loopback: which addresses and host names mean this very computer (RFC 1122, RFC 4291, RFC 6761).

/** An IP address as a socket tells it: 127.0.0.0/8, ::1, and IPv4 mapped into IPv6. */
export const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || ipv4.test(address.replace(/^::ffff:/i, ''))

/** A host to listen on or of a Host header, with or without a port: localhost, *.localhost, 127.x.x.x, [::1]. */
export function isLoopbackHost(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^([^:]*):\d+$/, '$1')
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || ipv4.test(name)
}

const ipv4 = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/
