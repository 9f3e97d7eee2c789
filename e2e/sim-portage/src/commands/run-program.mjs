/** The thin edge of every simulated program: argv and environment in, two streams and an exit status out. */
import { writeSync } from 'node:fs';

/** @param {(argv: string[], env: NodeJS.ProcessEnv, output: Output) => any} program */
export async function runProgram(program) {
  const output = makeOutput();
  try {
    const { argv, env } = hostFromArguments(process.argv.slice(2), process.env);
    const result = await program(argv, env, output);
    if (result.stdout) output.out(result.stdout);
    if (result.stderr) output.err(result.stderr);
    process.exitCode = result.code;
  } catch (error) {
    output.err(`${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env.SIM_PORTAGE_DEBUG) output.err(`${error?.stack}\n`);
    process.exitCode = 70;
  }
}

/** `--simulated-host=DIR` as the first word says the same as SIM_PORTAGE_HOST, for callers that pass no environment on. */
function hostFromArguments(argv, env) {
  const match = /^--simulated-host=(.+)$/.exec(argv[0] ?? '');
  return match ? { argv: argv.slice(1), env: { ...env, SIM_PORTAGE_HOST: match[1] } } : { argv, env };
}

/** @typedef {{ out: (text: string | Uint8Array) => void, err: (text: string) => void }} Output */
function makeOutput() {
  // Synchronous, so that a line printed before a long compile is seen before it, and nothing is lost at the end.
  const write = (fd) => (text) => writeAll(fd, typeof text === 'string' ? Buffer.from(text) : text);
  return { out: write(1), err: write(2) };
}

function writeAll(fd, bytes) {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if (error.code === 'EPIPE') return;
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}
