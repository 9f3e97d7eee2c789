import { execa } from 'execa';

/** Whether a command can be given a network namespace of its own, empty: no network. */
export async function canUnshareNet(): Promise<boolean> {
  const result = await execa('unshare', ['--net', '--', 'true'], { reject: false, stdin: 'ignore' });
  return result.exitCode === 0;
}
