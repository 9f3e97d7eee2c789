/**
 * `coordinator.url` → the address of its WebSocket: `/agent` where the setting names no path of its own (a proxy may).
 * The setting was checked to begin with ws:// or wss://.
 */
export function coordinatorAddress(url: string): string {
  const address = new URL(url);
  if (address.pathname === '/') address.pathname = '/agent';
  return address.href;
}
