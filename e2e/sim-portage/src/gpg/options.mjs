/** The command line of gpg, as far as it is used. */

const WITH_VALUE = new Set(
  [
    'homedir',
    'status-fd',
    'logger-fd',
    'output',
    'local-user',
    'default-key',
    'digest-algo',
    'personal-digest-preferences',
    'cert-digest-algo',
    'passphrase',
    'passphrase-fd',
    'passphrase-file',
    'pinentry-mode',
    'trust-model',
    'keyserver',
    'compress-algo',
    'keyring',
    'options',
    'trusted-key',
    'export-options',
    'import-options',
    'keyid-format',
    'list-options',
    'verify-options',
    'status-file',
    'agent-program',
    'display-charset',
    'lock-never',
    'recipient',
    'expert-level',
  ].filter((name) => name !== 'lock-never' && name !== 'expert-level'),
);

const FLAGS = new Set([
  'batch',
  'yes',
  'no',
  'armor',
  'no-tty',
  'quiet',
  'with-colons',
  'no-auto-check-trustdb',
  'no-permission-warning',
  'verbose',
  'fixed-list-mode',
  'with-fingerprint',
  'with-keygrip',
  'with-subkey-fingerprint',
  'no-greeting',
  'no-options',
  'no-default-keyring',
  'textmode',
  'lock-never',
  'no-autostart',
  'utf8-strings',
  'no-armor',
  'no-secmem-warning',
  'exit-on-status-write-error',
  'force',
]);

const COMMANDS = {
  'gen-key': 'generate',
  'generate-key': 'generate',
  'full-generate-key': 'generate',
  'full-gen-key': 'generate',
  'quick-generate-key': 'quick-generate',
  'quick-gen-key': 'quick-generate',
  'list-keys': 'list',
  'list-public-keys': 'list',
  fingerprint: 'list',
  'list-secret-keys': 'list-secret',
  export: 'export',
  'export-secret-keys': 'export-secret',
  import: 'import',
  'import-ownertrust': 'import-ownertrust',
  'quick-lsign-key': 'lsign',
  'lsign-key': 'lsign',
  'quick-sign-key': 'lsign',
  'delete-keys': 'delete',
  'delete-key': 'delete',
  verify: 'verify',
  'clear-sign': 'clear-sign',
  clearsign: 'clear-sign',
  'detach-sign': 'detach-sign',
  'detach-sig': 'detach-sign',
  sign: 'sign',
  decrypt: 'decrypt',
  'check-trustdb': 'check-trustdb',
  'update-trustdb': 'check-trustdb',
  version: 'version',
};

const SHORT = {
  k: 'list-keys',
  K: 'list-secret-keys',
  b: 'detach-sign',
  s: 'sign',
  d: 'decrypt',
  a: 'armor',
  o: 'output',
  u: 'local-user',
  q: 'quiet',
  v: 'verbose',
  r: 'recipient',
};

/**
 * @param {string[]} argv
 * @returns {{ command: string, flags: Set<string>, values: Record<string, string>, args: string[] } | { wrong: string }}
 */
export function parseGpgOptions(argv) {
  const parsed = { command: '', flags: new Set(), values: {}, args: [] };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    if (word === '--') {
      parsed.args.push(...argv.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      parsed.args.push(word);
      continue;
    }
    const [name, joined] = word.startsWith('--')
      ? splitLong(word)
      : [SHORT[word.slice(1, 2)], word.slice(2) || undefined];
    if (name !== undefined && WITH_VALUE.has(name)) parsed.values[name] = joined ?? argv[++i] ?? '';
    else if (name !== undefined && FLAGS.has(name)) parsed.flags.add(name);
    else if (name !== undefined && COMMANDS[name]) parsed.command = moreSpecific(parsed.command, COMMANDS[name]);
    else return { wrong: word };
  }
  return parsed;
}

function splitLong(word) {
  const at = word.indexOf('=');
  return at < 0 ? [word.slice(2), undefined] : [word.slice(2, at), word.slice(at + 1)];
}

/** `--sign --clear-sign` and `--sign --detach-sign` name the special kind. */
const moreSpecific = (before, now) => (now === 'sign' && before.endsWith('-sign') ? before : now);
