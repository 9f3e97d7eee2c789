/** wss:// anywhere; ws://, which nobody can verify, only to this machine itself (a proxy, a trial). */
export function isCoordinatorUrl(text: string): boolean {
  if (!/^wss?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'wss:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
