/**
 * Settings of the embedded PostgreSQL, given on its command line at every start so that no file in the cluster
 * overrules them. Promises: an acknowledged commit is on stable storage; no TCP port is opened; its log holds no
 * statement, parameter or row.
 */
const settings = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '64MB',
  autovacuum: 'on',
  jit: 'off',
  random_page_cost: '1.1',
  io_method: 'sync',
  max_logical_replication_workers: '0',
  timezone: 'UTC',

  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_sync_method: 'fdatasync',

  logging_collector: 'off',
  log_destination: 'stderr',
  log_timezone: 'UTC',
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
} as const satisfies Record<string, string>

/** Arguments of `postgres` for a cluster and the folder its socket goes to. */
export const serverArguments = (cluster: string, socketFolder: string, port: number): string[] => [
  '-D',
  cluster,
  '-k',
  socketFolder,
  '-p',
  String(port),
  ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
]

/**
 * Arguments of `initdb`. `trust` asks nobody who they are: that is right only because the socket lies in a
 * folder of mode 0700 and there is no TCP, so whoever reaches it could read the cluster's files as well.
 */
export const initArguments = (cluster: string): string[] => [
  `--pgdata=${cluster}`,
  '--username=postgres',
  '--auth=trust',
  '--encoding=UTF8',
  '--locale=C',
  '--no-instructions',
]
