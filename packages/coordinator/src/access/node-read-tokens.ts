import { createHash, randomBytes } from 'node:crypto';

/**
 * What lets a node that is connected read builds and their logs over HTTP, as `Authorization: Bearer TOKEN`. A node shows its
 * identity on the link alone; the token goes to it there, is good as long as that connection, and is known here only as a
 * digest in memory.
 */
export class NodeReadTokens {
  private readonly digests = new Map<string, string>();

  /** @returns 256 random bits; a former token of the node is good no more */
  issue(nodeId: string): string {
    const token = randomBytes(32).toString('base64url');
    this.digests.set(nodeId, digestOf(token));
    return token;
  }

  drop(nodeId: string): void {
    this.digests.delete(nodeId);
  }

  /** Compared as digests of random tokens: how long that takes tells nothing. */
  isShown(authorization: string | undefined): boolean {
    const [, token] = /^Bearer +(\S{1,200})$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) return false;
    const shown = digestOf(token);
    return [...this.digests.values()].includes(shown);
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
