/** The queries of `portageq` that are asked of it: settings, repositories, metadata, matches. */
import { matchesAtom, parseAtom } from '../grammar/atoms.mjs';
import { compareVersions } from '../grammar/versions.mjs';
import { readSystem } from '../host/system.mjs';

/**
 * @param {string[]} argv
 * @param {Record<string, string | undefined>} env
 * @returns {{ stdout: string, stderr: string, code: number }}
 */
export function portageq(argv, env) {
  const [query, ...rest] = argv;
  if (query === '--version') return done('Portage 3.0.82 (simulated)');
  const run = QUERIES[query];
  if (!run)
    return failed(
      `portageq: the simulated Portage has no query '${query ?? ''}'; it has ${Object.keys(QUERIES).join(', ')}`,
      1,
    );
  return run(readSystem(env), rest);
}

const done = (text, code = 0) => ({ stdout: text === '' ? '' : `${text}\n`, stderr: '', code });
const failed = (text, code) => ({ stdout: '', stderr: `${text}\n`, code });

const QUERIES = {
  envvar: envvar,
  get_repos: (system) =>
    done(
      byPriority(system)
        .map((each) => each.name)
        .join(' '),
    ),
  get_repo_path: repositoryPaths,
  repos_config: repositoriesConfig,
  repositories_configuration: repositoriesConfig,
  metadata: metadata,
  match: (system, [, text]) =>
    done(
      matching(system.installed, system, text)
        .map((pkg) => pkg.cpv)
        .join('\n'),
    ),
  best_version: (system, [, text]) => done(matching(system.installed, system, text).at(-1)?.cpv ?? ''),
  has_version: (system, [, text]) => done('', matching(system.installed, system, text).length > 0 ? 0 : 1),
  best_visible: bestVisible,
  vdb_path: (system) => done(system.host.installedDir),
  pkgdir: (system) => done(system.settings.path('PKGDIR')),
  distdir: (system) => done(system.settings.path('DISTDIR')),
};

const PATHS = new Set(['PKGDIR', 'DISTDIR', 'PORTAGE_TMPDIR']);

function envvar(system, argv) {
  const verbose = argv[0] === '-v';
  const names = verbose ? argv.slice(1) : argv;
  const values = names.map((name) => valueOf(system, name));
  const lines = names.map((name, i) => (verbose ? `${name}=${shellQuoted(values[i] ?? '')}` : (values[i] ?? '')));
  // An empty or unset variable is printed as an empty line, and makes the exit status 1.
  return { stdout: `${lines.join('\n')}\n`, stderr: '', code: values.some((value) => !value) ? 1 : 0 };
}

/** As Python's shlex.quote does it. */
const shellQuoted = (text) =>
  text !== '' && /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;

function valueOf(system, name) {
  if (PATHS.has(name)) return system.settings.path(name);
  if (name === 'ROOT' || name === 'EROOT') return '/';
  if (name === 'PORTAGE_CONFIGROOT') return system.host.env.PORTAGE_CONFIGROOT ?? '/';
  if (name === 'PORTDIR') return system.repositories.find((each) => each.main)?.location;
  return system.settings.values[name];
}

const byPriority = (system) => system.repositories;

function repositoryPaths(system, [, ...names]) {
  const paths = names.map((name) => system.repositories.find((each) => each.name === name)?.location ?? '');
  return { stdout: `${paths.join('\n')}\n`, stderr: '', code: paths.includes('') ? 1 : 0 };
}

function repositoriesConfig(system) {
  const main = system.repositories.find((each) => each.main);
  const blocks = [`[DEFAULT]\nauto-sync = yes${main ? `\nmain-repo = ${main.name}` : ''}`];
  for (const { name, location, priority, section } of system.repositories.toReversed()) {
    const lines = Object.entries({ 'auto-sync': 'no', ...section, location, priority }).sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    blocks.push([`[${name}]`, ...lines.map(([key, value]) => `${key} = ${value}`)].join('\n'));
  }
  return done(blocks.join('\n\n'));
}

function metadata(system, [, type, target, ...keys]) {
  const [cpv, repository] = (target ?? '').split('::');
  const pkg =
    type === 'installed' ? system.installed.find((each) => each.cpv === cpv) : system.ebuilds.exact(cpv, repository);
  if (!pkg) return failed(`Package not found: '${target}'`, 1);
  const value = (key) => (key === 'repository' ? pkg.repository : (pkg.metadata[key] ?? ''));
  return { stdout: `${keys.map(value).join('\n')}\n`, stderr: '', code: 0 };
}

function matching(packages, system, text) {
  const full = text.includes('/') ? text : (system.installed.find((pkg) => pkg.name === text)?.cp ?? text);
  const atom = parseAtom(full);
  return atom ? packages.filter((pkg) => matchesAtom(atom, pkg)) : [];
}

function bestVisible(system, args) {
  const atom = parseAtom(args.at(-1) ?? '');
  const visible = atom
    ? system.ebuilds.ofName(atom.cp).filter((pkg) => matchesAtom(atom, pkg) && system.config.masksOf(pkg).length === 0)
    : [];
  const best = visible.toSorted((a, b) => compareVersions(b.version, a.version))[0];
  return { stdout: `${best?.cpv ?? ''}\n`, stderr: '', code: best ? 0 : 1 };
}
