/** Does what the merge list says, one package after the other: fetch, build, install. The first failure ends it. */
import { writeIndex } from '../binaries/package-directory.mjs';
import { buildPackage } from '../build/build-package.mjs';
import { fetchSources } from '../build/fetch-sources.mjs';
import { addToWorld } from '../host/installed.mjs';
import { fetchBinary } from '../install/fetch-binary.mjs';
import { installBinary } from '../install/install-binary.mjs';
import { installBuilt } from '../install/install-built.mjs';
import { selectionText, unmergePackage } from '../install/unmerge.mjs';

/** @returns {Promise<{ code: number }>} */
export async function runTasks({ system, options, resolution, output }) {
  const total = resolution.list.length;
  if (total === 0) return { code: 0 };
  output.out('\n');
  let wroteBinary = false;
  let code = 0;
  for (const [i, pkg] of resolution.list.entries()) {
    const task = {
      system,
      options,
      pkg,
      enabled: resolution.useOf(pkg),
      output,
      place: `(${i + 1} of ${total}) ${pkg.cpv}::${pkg.repository}`,
    };
    const done = await runTask(task);
    wroteBinary ||= done === 'built';
    if (done !== 'failed') {
      driveOut(task, resolution.uninstalls.get(pkg) ?? []);
      continue;
    }
    code = 1;
    break;
  }
  if (wroteBinary) await writeIndex(system.settings);
  if (code === 0) recordFavorites({ system, options, resolution, output });
  return { code };
}

/** What the package that was just merged has blocked. */
function driveOut({ system, options, output, place }, uninstalls) {
  if (options.fetchonly || options.buildpkgonly) return;
  for (const { installed } of uninstalls) {
    const pkg = system.installed.find((each) => each.cpv === installed.cpv);
    output.out(`\n>>> Uninstalling ${pkg.cpv}::${pkg.repository}\n${selectionText([pkg], system.installed)}`);
    output.out(`\n>>> Unmerging ${pkg.cpv}...\n`);
    unmergePackage(system, pkg);
    output.out(`\n>>> Completed ${place.split(') ')[0]}) ${pkg.cpv}::${pkg.repository}\n`);
  }
}

/** @returns {Promise<'done' | 'built' | 'failed'>} */
async function runTask(task) {
  const { pkg, options } = task;
  if (pkg.kind === 'binary') return runBinary(task);
  if (options.fetchonly) return fetchSources(task) ? 'done' : 'failed';
  const built = await buildPackage(task);
  if (!built) return 'failed';
  if (!options.buildpkgonly) await installBuilt(task, built);
  return options.buildpkg ? 'built' : 'done';
}

async function runBinary(task) {
  const { pkg, options, output } = task;
  output.out(options.fetchonly ? `\n>>> Fetching ${task.place}\n` : `\n>>> Emerging binary ${task.place}\n`);
  const file = await fetchBinary(task);
  if (!file) {
    output.out(`\n>>> Failed to emerge ${pkg.cpv}\n`);
    return 'failed';
  }
  if (options.fetchonly) return 'done';
  return (await installBinary(task, file)) ? 'done' : 'failed';
}

function recordFavorites({ system, options, resolution, output }) {
  if (options.oneshot || options.fetchonly || options.buildpkgonly) return;
  const named = new Set([...resolution.graph.roots].map((pkg) => pkg.cp));
  const known = new Set(system.world.map((line) => line.replace(/:.*$/, '')));
  const fresh = [...named].filter(
    (cp) => !known.has(cp) && options.targets.some((text) => text.includes(cp.split('/')[1])),
  );
  for (const cp of fresh) output.out(`\n>>> Recording ${cp} in "world" favorites file...\n`);
  if (fresh.length > 0) addToWorld(system.host, fresh);
}
