/** The OpenAPI 3.1 description, made from the list of operations so that it cannot say something else. */
import { z } from 'zod'
import { frameListPattern, placePattern } from '#domain/dicom-path.ts'
import type { FaultCode } from '#domain/fault.ts'
import { longestUid, uidPattern } from '#domain/study.ts'
import { assetName, type Gate, type Operation } from './operation.ts'
import { operations } from './operations.ts'
import { problem } from './problem.ts'

type Json = Record<string, unknown>

/** What an operation may refuse because of who asks, whatever it does. */
export const gateRefusals: Readonly<Record<Gate, readonly FaultCode[]>> = {
  anyone: [],
  operator: ['session.missing', 'session.ended'],
  sender: ['session.missing', 'session.ended', 'link.revoked', 'case.closed'],
  guest: ['session.missing', 'session.ended', 'reader.ended', 'case.closed'],
  reader: ['token.missing', 'token.invalid', 'token.revoked', 'token.scope', 'case.not-found', 'case.closed'],
}

/** Everything this operation may refuse: its own, its gate's, its body's. `internal` and the like go unsaid. */
export const refusalsOf = (operation: Operation): readonly FaultCode[] => [
  ...new Set<FaultCode>([
    ...(operation.body === undefined
      ? []
      : (['request.invalid', 'request.type', 'request.too-large'] as const)),
    ...(operation.limited === true ? (['rate.limited'] as const) : []),
    ...gateRefusals[operation.gate],
    ...(operation.purpose === 'bring' ? (['consent.needed'] as const) : []),
    ...operation.refusals,
  ]),
]

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

const refer = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })
const capital = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`

const bodyOf = (name: string, { body }: Operation): Json => {
  if (body === undefined) return {}
  const content =
    'json' in body
      ? { 'application/json': { schema: refer(`${capital(name)}Request`) } }
      : { [body.type]: { schema: { type: 'string', format: 'binary', description: body.about } } }
  return { requestBody: { required: true, content } }
}

const successOf = (name: string, { reply }: Operation): Json => {
  if ('json' in reply) {
    const content = { 'application/json': { schema: refer(`${capital(name)}Reply`) } }
    return {
      [reply.status]: { description: 'Done', content },
      ...(reply.otherwise === undefined ? {} : { [reply.otherwise]: { description: 'Not now', content } }),
    }
  }
  if (!('type' in reply)) return { [reply.status]: { description: 'Done' } }
  const content = { [reply.type]: { schema: { type: 'string', format: 'binary' } } }
  const also = Object.entries(reply.also ?? {})
  const whole = {
    200: { description: 'The whole', content },
    ...Object.fromEntries(
      also.map(([status, description]) => [
        status,
        status === '204' ? { description } : { description, content },
      ]),
    ),
  }
  if (reply.ranges === undefined) return whole
  return {
    ...whole,
    206: { description: 'The range asked for', content },
    304: { description: 'Not changed' },
  }
}

const refusedOf = (operation: Operation, statusOf: (code: FaultCode) => number): Json => {
  const byStatus = new Map<number, FaultCode[]>()
  for (const code of refusalsOf(operation)) {
    const status = statusOf(code)
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const content = { 'application/problem+json': { schema: refer('Problem') } }
  return {
    ...Object.fromEntries(
      Array.from(byStatus, ([status, codes]) => [status, { description: codes.join(', '), content }]),
    ),
    default: { description: 'Something else went wrong', content },
  }
}

const securityOf = ({ gate, scope, basic }: Operation): Json[] =>
  gate === 'anyone'
    ? []
    : [{ [gate]: scope === undefined ? [] : [scope] }, ...(basic === true ? [{ password: [] }] : [])]

const pathOf = (name: string, operation: Operation, statusOf: (code: FaultCode) => number): Json => ({
  operationId: name,
  summary: operation.summary,
  security: securityOf(operation),
  ...bodyOf(name, operation),
  responses: { ...successOf(name, operation), ...refusedOf(operation, statusOf) },
})

const uid = { type: 'string', pattern: uidPattern.source, maxLength: longestUid }

/** Parameters that are no ids. */
const schemasOfParts: Readonly<Record<string, Json>> = {
  study: uid,
  series: uid,
  instance: uid,
  frames: { type: 'string', pattern: frameListPattern.source },
  bulk: { type: 'string', pattern: placePattern.source },
  asset: { type: 'string', pattern: assetName.source },
}

const parametersOf = (path: string): Json[] =>
  Array.from(path.matchAll(/\{([a-z]+)\}/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: schemasOfParts[name ?? ''] ?? { type: 'string', format: 'uuid' },
  }))

const pathsOf = (list: readonly (readonly [string, Operation])[], statusOf: (code: FaultCode) => number) => {
  const paths: Record<string, Json> = {}
  for (const [name, operation] of list) {
    const path = (paths[operation.path] ??= { parameters: parametersOf(operation.path) })
    path[operation.method.toLowerCase()] = pathOf(name, operation, statusOf)
  }
  return paths
}

const schemasOf = (list: readonly (readonly [string, Operation])[]): Json => {
  const schemas: Json = { Problem: schemaOf(problem, 'output') }
  for (const [name, { body, reply }] of list) {
    if (body !== undefined && 'json' in body)
      schemas[`${capital(name)}Request`] = schemaOf(body.json, 'input')
    if ('json' in reply) schemas[`${capital(name)}Reply`] = schemaOf(reply.json, 'output')
  }
  return schemas
}

const bearer = (description: string, bearerFormat?: string): Json => ({
  type: 'http',
  scheme: 'bearer',
  description,
  ...(bearerFormat === undefined ? {} : { bearerFormat }),
})

/** The description as plain JSON. `statusOf` is the HTTP status of a fault code. */
export const openApiDocument = ({
  publicUrl,
  statusOf,
}: {
  readonly publicUrl: string
  readonly statusOf: (code: FaultCode) => number
}): Json => {
  const list = Object.entries<Operation>(operations)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Second Read',
      version: '1',
      description: 'Records in over signed upload links, one verified case out to a reader.',
    },
    servers: [{ url: publicUrl }],
    paths: pathsOf(list, statusOf),
    components: {
      schemas: schemasOf(list),
      securitySchemes: {
        operator: bearer('A session of the desk, from POST /api/operator/sign-in'),
        sender: bearer('A sender’s session, from POST /api/send/exchange'),
        guest: bearer('A session of a reader in person, from POST /api/read/enter'),
        password: {
          type: 'http',
          scheme: 'basic',
          description: 'A sender’s session as the password, with any name',
        },
        reader: bearer('A reader’s token for one case, from POST /api/cases/{case}/grants', 'at+jwt'),
      },
    },
  }
}
