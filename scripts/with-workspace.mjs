#!/usr/bin/env node
// Runs a command of the workspace on a fresh clone that has only Node and npm: installs what is missing, builds what is
// stale, then hands over. Node built-ins only, because nothing else is there yet.
//   node scripts/with-workspace.mjs tsx e2e/demo/demo.ts --once
//   node scripts/with-workspace.mjs --build-only
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, env, stdio: 'inherit', ...options });
  if (result.error) fail(`could not run ${command}: ${result.error.message}`);
  return result;
}

function fail(message) {
  console.error(`binhost-agent: ${message}`);
  process.exit(1);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`expected Node 20.19 or newer, got ${process.version}; install a newer Node and run the same command again`);
}

function pnpmCommand() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
  const found = spawnSync('pnpm', ['--version'], { cwd: root, encoding: 'utf8' });
  const major = wanted.replace('pnpm@', '').split('.')[0];
  if (found.status === 0 && found.stdout.trim().split('.')[0] === major) return ['pnpm'];
  // prefer-offline: without a network npx otherwise retries for more than a minute before it uses its cache
  return ['npx', '--yes', '--prefer-offline', wanted];
}

function install() {
  const lock = join(root, 'pnpm-lock.yaml');
  const installed = join(root, 'node_modules', '.modules.yaml');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('binhost-agent: installing the dependencies (once per clone)');
  const [command, ...args] = pnpmCommand();
  const result = run(command, [...args, 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=silent'], {
    env: { ...env, CI: 'true', npm_config_loglevel: 'error' },
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) fail('the dependencies could not be installed; the lines above say why');
}

// Ctrl-C reaches the whole group: the command ends in its own order, and only then do we
process.on('SIGINT', () => {});

requireNode();
install();
const build = run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
if (build.status !== 0) process.exit(build.status ?? 1);
const [command, ...args] = process.argv.slice(2).filter((word) => word !== '--build-only');
if (command) {
  const result = run(command, args);
  process.exit(result.status ?? (result.signal ? 1 : 0));
}
