// Bundles the two programs into packages/*/dist. The agent carries everything in its files, so that a node installs no
// package but this one; the coordinator keeps its libraries outside.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// Some libraries are CommonJS and ask for Node's own modules by require.
const requireInEsm =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  splitting: true,
  sourcemap: true,
  logLevel: 'warning',
  absWorkingDir: root,
  banner: { js: requireInEsm },
};

function librariesOf(name) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  return [...Object.keys(manifest.dependencies), ...Object.keys(manifest.optionalDependencies ?? {})].filter(
    (library) => !library.startsWith('@binhost/'),
  );
}

async function bundle(name, external) {
  const outdir = join('packages', name, 'dist');
  rmSync(join(root, outdir), { recursive: true, force: true });
  await build({ ...common, outdir, entryPoints: [join('packages', name, 'src', 'main.ts')], external });
}

await Promise.all([bundle('agent', []), bundle('coordinator', librariesOf('coordinator'))]);
