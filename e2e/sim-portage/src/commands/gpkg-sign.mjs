/** `gpkg-sign [--allow-unsigned] [--skip-signed] [--keep-current-signature] FILE`: signs a finished gpkg in place. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { checkManifest, manifestText, openGpkg, packContainer } from '../binaries/gpkg.mjs';
import { openClearSigned } from '../gpg/armor.mjs';
import { findKeys, openKeyring } from '../gpg/keyring.mjs';
import { clearSign, detachSign } from '../gpg/signatures.mjs';
import { words } from '../host/settings.mjs';

const OPTIONS = new Set(['--allow-unsigned', '--skip-signed', '--keep-current-signature']);

/** @param {string[]} argv @param {Record<string, string | undefined>} env */
export async function gpkgSign(argv, env) {
  const options = new Set(argv.filter((word) => word.startsWith('-')));
  const file = argv.find((word) => !word.startsWith('-'));
  const wrong = [...options].find((word) => !OPTIONS.has(word));
  if (file === undefined || wrong)
    return failed(`gpkg-sign: error: ${wrong ? `unknown option ${wrong}` : 'no GPKG package file specified'}`, 2);
  const key = signingKey(env);
  if (typeof key === 'string') return failed(key, 1);
  const { name, members } = await openGpkg(readFileSync(file));
  const signed = openClearSigned(members.get('Manifest').toString());
  if (signed && options.has('--skip-signed')) return done();
  if (!signed && words(env.FEATURES).includes('binpkg-request-signature') && !options.has('--allow-unsigned')) {
    return failed('!!! Invalid binary package: binpkg appears unsigned (missing any signature)', 1);
  }
  const damage = checkManifest(signed?.text ?? members.get('Manifest').toString(), members);
  if (damage.length > 0) return failed(`!!! Invalid binary package: '${file}', ${damage.join(', ')}`, 1);
  await rewrite(file, { name, members: signMembers(members, key), mtime: new Date() });
  return done();
}

const done = () => ({ stdout: '', stderr: '', code: 0 });
const failed = (text, code) => ({ stdout: '', stderr: `${text}\n`, code });

/** @returns {any} the key, or what is missing */
function signingKey(env) {
  if (!words(env.FEATURES).includes('binpkg-signing')) return 'gpkg-sign: binpkg-signing is not in FEATURES';
  const home = env.BINPKG_GPG_SIGNING_GPG_HOME;
  const wanted = env.BINPKG_GPG_SIGNING_KEY;
  if (!home || !wanted) return 'gpkg-sign: BINPKG_GPG_SIGNING_GPG_HOME and BINPKG_GPG_SIGNING_KEY are needed';
  const key = findKeys(
    openKeyring(home).keys.filter((each) => each.secretKey),
    wanted,
  )[0];
  return key ?? `gpg: skipped "${wanted}": No secret key\n!!! GnuPG signing failed`;
}

function signMembers(members, key) {
  const now = Math.floor(Date.now() / 1000);
  const inner = [];
  for (const [file, bytes] of members) {
    if (file === 'Manifest' || file.endsWith('.sig')) continue;
    inner.push([file, bytes]);
    if (file !== 'gpkg-1') inner.push([`${file}.sig`, Buffer.from(detachSign(key, bytes, now).stdout)]);
  }
  const manifest = clearSign(key, Buffer.from(manifestText(inner)), now).stdout;
  return [...inner, ['Manifest', Buffer.from(manifest)]];
}

async function rewrite(file, container) {
  writeFileSync(`${file}.${process.pid}`, await packContainer(container), { mode: 0o644 });
  renameSync(`${file}.${process.pid}`, file);
}
