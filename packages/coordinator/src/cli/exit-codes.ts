/** Exit codes of binhost-coordinator; `--help` names them. */
export const EXIT = {
  ok: 0,
  /** Something could not be done; the sentence on stderr says what. */
  failed: 1,
  /** Called with arguments that it does not take, or configured with values that do not fit. */
  wrongUse: 2,
  /** No coordinator answers. */
  unreachable: 3,
  /** A mistake of ours: the log has its stack (EX_SOFTWARE). */
  unexpected: 70,
  /** Ended by a second Ctrl-C before everything had stopped in order. */
  interrupted: 130,
} as const;

/** Error code → exit code. */
export function exitCodeOf(code: string): number {
  if (code === 'WRONG_USE' || isOfConfiguration(code)) return EXIT.wrongUse;
  if (code === 'SERVER_UNREACHABLE') return EXIT.unreachable;
  return EXIT.failed;
}

function isOfConfiguration(code: string): boolean {
  return (
    code.startsWith('CONFIG_') ||
    code === 'LISTEN_ADDRESS' ||
    code === 'CONTROL_NOT_LOOPBACK' ||
    code === 'CLIENT_SETTINGS'
  );
}
