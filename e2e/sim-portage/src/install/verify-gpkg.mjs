/** Whether a gpkg is signed by a key that this host trusts, and whole by its Manifest. */
import { join } from 'node:path';
import { checkManifest } from '../binaries/gpkg.mjs';
import { canonicalText, openClearSigned } from '../gpg/armor.mjs';
import { openKeyring } from '../gpg/keyring.mjs';
import { checkSignature } from '../gpg/signatures.mjs';

/**
 * @param {Map<string, Buffer>} members
 * @param {{ configDir: string }} host
 * @returns {{ summary: string, raw: string[] } | undefined} what is wrong; undefined: nothing
 */
export function verifyGpkg(members, { configDir }, isSignatureNeeded) {
  const manifest = members.get('Manifest').toString();
  const message = openClearSigned(manifest);
  if (!message && isSignatureNeeded) {
    return {
      summary: 'binpkg appears unsigned (missing any signature)',
      raw: ['gpg: no valid OpenPGP data found.', '[GNUPG:] NODATA 1'],
    };
  }
  const wrongSignature = message && isSignatureNeeded && checkTrust(message, configDir);
  if (wrongSignature) return wrongSignature;
  const damage = checkManifest(message?.text ?? manifest, members);
  return damage.length > 0 ? { summary: `checksum mismatch: ${damage.join(', ')}`, raw: [] } : undefined;
}

function checkTrust(message, configDir) {
  const { keys } = openKeyring(join(configDir, 'gnupg'));
  const result = checkSignature(keys, message.signature, Buffer.from(canonicalText(message.text)));
  const trusted = result.status.some((line) => /^TRUST_(ULTIMATE|FULLY)/.test(line));
  if (result.code === 0 && trusted) return undefined;
  const raw = [...result.stderr.split('\n'), ...result.status.map((line) => `[GNUPG:] ${line}`)];
  if (result.code === 0) return { summary: 'signature is good, but its key is not trusted', raw };
  return {
    summary: result.status.some((line) => line.startsWith('NO_PUBKEY')) ? 'public key is missing' : 'signature is bad',
    raw,
  };
}
