/**
 * Every setting there is, with its default and its meaning: the table in the README is made from this list. A
 * `null` default means that it must be set, an empty one that nothing stands there unless somebody wants it.
 */

export type Setting = { readonly name: string; readonly fallback: string | null; readonly meaning: string }

export const settings = [
  { name: 'HOST', fallback: '127.0.0.1', meaning: 'Address the server listens on' },
  { name: 'PORT', fallback: '8080', meaning: 'Port the server listens on' },
  {
    name: 'PUBLIC_URL',
    fallback: 'http://127.0.0.1:8080',
    meaning: 'Where people reach the gateway, `https` unless it is this machine; follows `PORT` when not set',
  },
  {
    name: 'ROLES',
    fallback: 'intake,portal',
    meaning:
      'What the server does: `intake` takes records, `portal` serves desk and readers, `worker` checks what came; or `all`',
  },
  {
    name: 'DATABASE_URL',
    fallback: null,
    meaning: 'PostgreSQL 15 or newer; `./scripts/start` brings its own',
  },
  { name: 'KEYS_DIR', fallback: './data/keys', meaning: 'Folder of the key ring, for its owner only' },
  {
    name: 'OBJECTS_DIR',
    fallback: './data/objects',
    meaning: 'Folder of the sealed packs, without `S3_BUCKET`',
  },
  {
    name: 'S3_BUCKET',
    fallback: '',
    meaning: 'Bucket of the sealed packs; empty keeps them in `OBJECTS_DIR`',
  },
  { name: 'S3_ENDPOINT', fallback: '', meaning: 'Address of the store when it is not AWS' },
  { name: 'S3_REGION', fallback: 'us-east-1', meaning: 'Region of the bucket' },
  {
    name: 'S3_ACCESS_KEY_ID',
    fallback: '',
    meaning: 'Key of the store; without the pair the machine’s own role is used',
  },
  { name: 'S3_SECRET_ACCESS_KEY', fallback: '', meaning: 'Secret of that key' },
  {
    name: 'S3_PATH_STYLE',
    fallback: '',
    meaning: '`true` or `false`: bucket in the path; `true` when an endpoint is set',
  },
  { name: 'S3_PREFIX', fallback: '', meaning: 'What every object name begins with, such as `second-read/`' },
  { name: 'S3_SSE', fallback: '', meaning: 'Encryption by the store on top of ours: `AES256` or `aws:kms`' },
  { name: 'S3_SSE_KEY', fallback: '', meaning: 'Id of the KMS key for `aws:kms`' },
  { name: 'REDIS_URL', fallback: '', meaning: 'Redis for the queue; empty keeps it in PostgreSQL' },
  { name: 'REDIS_PREFIX', fallback: '{second-read}', meaning: 'What every key in Redis begins with' },
  {
    name: 'ALLOW_PLAIN_INTERNAL',
    fallback: '',
    meaning: '`yes`: ledger, queue and store are on a closed network and may be reached without TLS',
  },
  {
    name: 'METRICS_PORT',
    fallback: '0',
    meaning:
      'Port of `/metrics` and `/readyz` for machines, 0 is off; the worker of `./scripts/start` takes the next',
  },
  {
    name: 'METRICS_HOST',
    fallback: '127.0.0.1',
    meaning: 'Address of that port, which nobody has to sign in to',
  },
  { name: 'LOG_LEVEL', fallback: 'info', meaning: '`info`, `warn` or `error`' },
  { name: 'WORKER_CONCURRENCY', fallback: '2', meaning: 'Packs a worker looks into at once, 1 to 16' },
  {
    name: 'INSPECTORS',
    fallback: '2',
    meaning: 'Isolated parsers of a worker, 1 to 16; a pack takes all but one',
  },
  {
    name: 'PROXIES',
    fallback: '0',
    meaning: 'Proxies of yours in front of the server, 0 to 8; tries are counted by client address',
  },
  {
    name: 'STOP_GRACE',
    fallback: '0',
    meaning: 'Seconds, 0 to 20, in which a server told to stop still answers 503, so that proxies turn away',
  },
  {
    name: 'CLAMD',
    fallback: '',
    meaning:
      'Malware scanner (clamd), for servers and workers alike: path of its socket, such as `/run/clamav/clamd.ctl`, or `host:port`',
  },
  {
    name: 'MALWARE_SCAN',
    fallback: '',
    meaning:
      '`required`: nothing is accepted that was not scanned, the rule with `CLAMD`; `none`: nothing is scanned and every page says so. A worker does not start with neither; the trial takes `none`',
  },
  {
    name: 'CONSENT',
    fallback: 'asked',
    meaning:
      '`required`: no bytes over any door before the sender agreed on the page; `asked`: the page asks, programs send without',
  },
  {
    name: 'SMTP_URL',
    fallback: '',
    meaning:
      'Mail server of the worker: `smtps://user:password@host` or `smtp://…`, with TLS in either case; empty keeps letters for the desk to read',
  },
  { name: 'MAIL_FROM', fallback: '', meaning: 'Address that letters come from; needed with `SMTP_URL`' },
  { name: 'DESK_MAIL', fallback: '', meaning: 'Address of the desk, told when a sender asks for a new link' },
  {
    name: 'REMINDER_DAYS',
    fallback: '3',
    meaning: 'Days after which a sender of whom nothing came is reminded once, 0 (never) to 30',
  },
  {
    name: 'PUSH_TARGETS',
    fallback: '',
    meaning:
      'PACS that cases may be sent to by STOW-RS, separated by spaces, for servers and workers alike: `name=https://user:secret@host/dicom-web`, what is special in a secret percent-encoded',
  },
  {
    name: 'OHIF_URL',
    fallback: '',
    meaning:
      'Your OHIF viewer (version 3), such as `https://viewer.example.org`, at another origin than `PUBLIC_URL`: readers may open a case in it. It needs the data source `dicomwebproxy`; empty offers none',
  },
  { name: 'INSTITUTION', fallback: 'Second-opinion desk', meaning: 'Name on bundles and in letters' },
  {
    name: 'CONTACT',
    fallback: 'the desk that sent you the link',
    meaning: 'Whom a reader of a bundle or letter asks',
  },
] as const satisfies readonly Setting[]

export type SettingName = (typeof settings)[number]['name']

/** `DATA_DIR` belongs to `./scripts/start` alone: it puts keys, objects and its own PostgreSQL below it. */
export const trialSetting = {
  name: 'DATA_DIR',
  fallback: './data',
  meaning: '`./scripts/start` only: keys, packs and its own PostgreSQL lie below it',
} as const satisfies Setting
