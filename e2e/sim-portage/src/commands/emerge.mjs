/**
 * `emerge`: options → targets → resolution → what was asked: show, fetch, build, install.
 * Exit status 0, 1 where something stops it, 2 for a wrong command line, 70 for what is not simulated.
 */
import { loadRemoteBinaries } from '../binaries/binary-hosts.mjs';
import { loadLocalBinaries } from '../binaries/package-directory.mjs';
import { buildsAreReady } from '../build/build-readiness.mjs';
import { parseAtom } from '../grammar/atoms.mjs';
import { readSystem } from '../host/system.mjs';
import { resolve } from '../resolve/resolve.mjs';
import { mergeListText } from '../show/merge-list.mjs';
import { ignoredBinariesText, problemText, rebuildsText, useChangesText } from '../show/notes.mjs';
import { parseEmergeOptions } from './emerge-options.mjs';
import { rageClean } from './rage-clean.mjs';
import { runTasks } from './run-tasks.mjs';

/** @param {string[]} argv @param {Record<string, string | undefined>} env @param {import('./run-program.mjs').Output} output */
export async function emerge(argv, env, output) {
  if (argv.includes('--version') || argv.includes('-V')) {
    return { stdout: 'Portage 3.0.82 (simulated, node, default, none, none, none)\n', code: 0 };
  }
  const system = readSystem(env);
  const options = parseEmergeOptions(argv, system.settings.values.EMERGE_DEFAULT_OPTS ?? '');
  if ('wrong' in options) return { stderr: `emerge: error: unrecognized arguments: ${options.wrong}\n`, code: 2 };
  if (options.rageClean) return rageClean({ system, options, output });
  applyFeatures(options, system);
  const binaries = options.usepkg ? await loadBinaries(system, options, output) : [];
  return emergeTargets({ system, options, binaries, output });
}

function applyFeatures(options, { settings }) {
  if (settings.features.has('getbinpkg') && !options.binaryOnly) options.usepkg = options.remote = true;
  if (settings.features.has('buildpkg')) options.buildpkg = true;
}

async function loadBinaries(system, options, output) {
  const { host, settings } = system;
  const local = await loadLocalBinaries(settings);
  const remote = options.remote ? await loadRemoteBinaries({ host, settings, pretend: options.pretend, output }) : [];
  // A local instance stands before a remote one of the same cpv, build id and time.
  const key = (pkg) => `${pkg.cpv} ${pkg.buildId} ${pkg.buildTime} ${pkg.size}`;
  const known = new Set(local.map(key));
  return [...local, ...remote.filter((pkg) => !known.has(key(pkg)) && known.add(key(pkg)))];
}

async function emergeTargets({ system, options, binaries, output }) {
  const targets = readTargets(system, options);
  if (typeof targets === 'string') return { stderr: targets, code: 1 };
  const verb = options.buildpkgonly ? 'built' : options.fetchonly ? 'fetched' : 'merged';
  if (options.pretend && !options.quiet) output.out(`\nThese are the packages that would be ${verb}, in order:\n\n`);
  const started = process.hrtime.bigint();
  if (!options.quiet && !options.nodeps) output.out('Calculating dependencies ... ');
  const resolution = resolve({ system, options, binaries, targets });
  if (!options.quiet && !options.nodeps)
    output.out(`done!\nDependency resolution took ${took(started)} s (backtrack: ${resolution.backtracked}/20).\n\n`);
  if (resolution.problems.length > 0) {
    for (const problem of resolution.problems) output.err(problemText(problem, system, options));
    return { code: 1 };
  }
  const result = await show({ system, options, resolution, output });
  if (resolution.brokenWorld.length > 0) output.err(worldProblemText(resolution.brokenWorld));
  return result;
}

const took = (started) => (Number(process.hrtime.bigint() - started) / 1e9).toFixed(2);

/** Set names and atoms; a name without a category is looked up. Wrong ones end the call with Portage's sentence. */
function readTargets(system, options) {
  const targets = [];
  for (const text of options.targets) {
    const set = text.replace(/^@/, '');
    if (
      ['world', 'selected', 'system', 'profile', 'installed'].includes(set) &&
      (text.startsWith('@') || set === 'world' || set === 'system')
    ) {
      targets.push(...setTargets(system, set));
      continue;
    }
    const atom = parseAtom(withCategory(system, text));
    if (!atom) return `\n!!! '${text}' is not a valid package atom.\n!!! Please check ebuild(5) for full details.\n`;
    targets.push({
      atom: { ...atom, text: withCategory(system, text) },
      from: [`${text} (argument)`],
    });
  }
  return targets;
}

function setTargets(system, set) {
  if (set === 'system' || set === 'profile') return [];
  const lines =
    set === 'installed'
      ? system.installed.map((pkg) => `${pkg.cp}:${pkg.slot}`)
      : system.world.filter((line) => !line.startsWith('@'));
  return lines.map((line) => ({
    atom: parseAtom(line),
    from: ['@selected', '@world (argument)'],
    isWorld: true,
  }));
}

function withCategory(system, text) {
  if (text.includes('/')) return text;
  const [, operator, rest] = /^([<>=~!]*)(.*)$/.exec(text);
  const found = new Set([
    ...system.ebuilds.namesLike(rest),
    ...system.installed.filter((pkg) => pkg.name === rest).map((pkg) => pkg.cp),
  ]);
  return found.size === 1 ? `${operator}${[...found][0]}` : text;
}

const worldProblemText = (broken) => `
!!! Problems have been detected with your world file
!!! Please run emaint --check world


!!! Ebuilds for the following packages are either all
!!! masked or don't exist:
${broken.toSorted().join(' ')}\n\n`;

async function show({ system, options, resolution, output }) {
  const ready = !options.buildpkgonly || options.nodeps || buildsAreReady(resolution.graph);
  const blocked = resolution.useChanges.size > 0 && !options.autounmaskContinue;
  if (options.pretend || !ready || blocked) {
    output.out(mergeListText(resolution, system, options));
    output.out(rebuildsText(resolution.rebuilds));
    if (!options.quiet) output.err(ignoredBinariesText(resolution.ignored, resolution.list));
    output.err(useChangesText(resolution.useChanges));
  }
  if (!ready) {
    output.err(
      '\n!!! --buildpkgonly requires all dependencies to be merged.\n!!! Cannot merge requested packages. Merge deps and try again.\n\n',
    );
    return { code: 1 };
  }
  if (options.pretend || blocked) return { code: blocked ? 1 : 0 };
  output.out(rebuildsText(resolution.rebuilds));
  return runTasks({ system, options, resolution, output });
}
