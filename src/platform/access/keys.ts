// API keys: `mr_<prefix>_<secret>`. The prefix is public and finds the record; the secret has 256 random bits, so a
// plain SHA-256 is enough to keep it (there is nothing to guess, and nothing slow on the path of every request).

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export type NewKey = { readonly key: string; readonly prefix: string; readonly hash: string }

/** A fresh key, its public prefix (12 characters of a-z and 0-9) and the hash that is kept. */
export function newKey(): NewKey {
  const prefix = [...randomBytes(12)].map((byte) => alphabet[byte & 31]).join('')
  const key = `mr_${prefix}_${randomBytes(32).toString('base64url')}`
  return { key, prefix, hash: hashOfKey(key) }
}

/** SHA-256 of the whole key, hex. */
export const hashOfKey = (key: string): string => createHash('sha256').update(key).digest('hex')

/** The prefix of what looks like a key; undefined for anything else. */
export const prefixOfKey = (key: string): string | undefined => /^mr_([a-z2-7]{12})_[\w-]{43}$/.exec(key)?.[1]

/** Compares hashes in a time that does not depend on where they differ. */
export function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a, 'hex')
  const right = Buffer.from(b, 'hex')
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Base 32 (RFC 4648), in lower case: 32 symbols, so that every byte maps to one without a bias. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
