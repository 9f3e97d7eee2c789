import { request } from 'node:http';

/**
 * GET on a Unix socket: view.sock of the coordinator, status.sock of an agent.
 *
 * @returns the JSON answer
 * @throws where nobody answers within `timeoutMs`, or with another status than 200
 */
export function requestSocket<T>(socketPath: string, path: string, timeoutMs = 5000): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode !== 200)
          reject(new Error(`${path}: expected status 200, got ${response.statusCode}: ${text}`));
        else resolve(JSON.parse(text) as T);
      });
    });
    call.once('timeout', () => call.destroy(new Error(`${path}: no answer within ${timeoutMs} ms at ${socketPath}`)));
    call.once('error', reject);
    call.end();
  });
}
