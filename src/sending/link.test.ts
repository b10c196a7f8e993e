/** Links as people paste them. */
import { describe, expect, it } from 'vitest'
import { readLink } from './link.ts'

describe('a link', () => {
  it.each([
    ['https://records.example/send#a.b.c', 'https://records.example'],
    [' https://records.example/desk/send#a.b.c\n', 'https://records.example/desk'],
    ['http://127.0.0.1:8080/send#a.b.c', 'http://127.0.0.1:8080'],
  ])('%s leads to its gateway', (text, url) => {
    expect(readLink(text)).toEqual({ url, token: 'a.b.c' })
  })

  it.each([
    '',
    'records.example/send#a.b.c',
    'https://records.example/send',
    'https://records.example/send#a.b',
    'https://records.example/#a.b.c',
    'http://records.example/send#a.b.c',
    'http://127.records.example/send#a.b.c',
    'ftp://127.0.0.1/send#a.b.c',
  ])('“%s” is none', (text) => {
    expect(readLink(text)).toBeNull()
  })
})
