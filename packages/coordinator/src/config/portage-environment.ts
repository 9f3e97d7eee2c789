/**
 * The environment of every call of Portage: nothing of ours, since it would take USE or FEATURES from a variable of that
 * name, but what finds programs, reaches the network, and tells the simulated Portage which host it is.
 */
export function portageEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const passed = PASSED.flatMap((name) => (env[name] ? [[name, env[name]]] : []));
  return { PATH: DEFAULT_PATH, ...PLAIN, ...Object.fromEntries(passed) };
}

/** The same for what has no network: an address of a proxy may carry a password. */
export function withoutProxies(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !PROXIES.includes(name)));
}

/** Plain text in one language: logs are read by people and by explain-failure.ts. */
const PLAIN = { HOME: '/root', TERM: 'dumb', LC_ALL: 'C.UTF-8', NOCOLOR: 'true', NO_COLOR: '1' };

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const PROXIES = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'RSYNC_PROXY'];

const PASSED = ['PATH', 'PYTHONPATH', 'SIM_PORTAGE_HOST', ...PROXIES];
