#!/usr/bin/env node
// portageq of a small fixed system: `portageq envvar -v NAME…` and nothing else.
const VALUES = {
  ACCEPT_KEYWORDS: 'amd64',
  ARCH: 'amd64',
  CHOST: 'x86_64-pc-linux-gnu',
  ELIBC: 'glibc',
  IUSE_IMPLICIT: 'prefix prefix-guest',
  USE_EXPAND_IMPLICIT: 'ARCH ELIBC',
  USE_EXPAND_VALUES_ARCH: 'amd64',
  USE_EXPAND_VALUES_ELIBC: 'glibc',
};
const [query, verbose, ...names] = process.argv.slice(2);
if (query !== 'envvar' || verbose !== '-v') process.exit(2);
for (const name of names) process.stdout.write(`${name}='${VALUES[name] ?? ''}'\n`);
process.exitCode = names.every((name) => VALUES[name]) ? 0 : 1;
