import { systemClock } from '@binhost/shared/time';
import { expect, test } from 'vitest';
import { explainOutcome, type ProgramRun, runProgram } from '../../src/programs/run-program.ts';

function run(script: string, limits: Partial<ProgramRun> = {}) {
  const argv = [process.execPath, '-e', script];
  return runProgram({ argv, timeLimitMs: 20_000, maxOutputBytes: 100_000, nice: 0, clock: systemClock, ...limits });
}

test('an ordinary end has its exit status and both streams, apart', async () => {
  const outcome = await run('console.log("out"); console.error("err"); process.exitCode = 3');
  expect(outcome).toEqual({ kind: 'ended', exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  expect(explainOutcome(outcome, 'emerge')).toBe('emerge ended with exit status 3: err');
});

test('a program runs niced, without stdin, with what was added to the environment', async () => {
  const script = `
    process.stdin.on('data', () => {}).on('end', () => console.log(require('os').getPriority(), process.env.ADDED));`;
  expect(await run(script, { nice: 15, env: { ADDED: 'yes' } })).toMatchObject({ stdout: '15 yes\n' });
});

test('a missing program is an outcome that names it', async () => {
  const outcome = await run('', { argv: ['/nowhere/emerge', '--version'] });
  expect(outcome).toMatchObject({ kind: 'missing', program: '/nowhere/emerge', why: 'no such program' });
  expect(explainOutcome(outcome, 'emerge')).toContain("'/nowhere/emerge': no such program");
});

test('an end by signal is an outcome that names it', async () => {
  const outcome = await run('process.kill(process.pid, "SIGSEGV")');
  expect(outcome).toMatchObject({ kind: 'signalled', signal: 'SIGSEGV' });
});

test('a program that ignores SIGTERM at its time limit is killed', async () => {
  const script = 'process.on("SIGTERM", () => {}); console.log("begun"); setInterval(() => {}, 1000)';
  const outcome = await run(script, { timeLimitMs: 500 });
  expect(outcome).toMatchObject({ kind: 'timed-out', limitMs: 500, stdout: 'begun\n' });
});

test('an abort ends a program, also one given beforehand', async () => {
  expect(await run('setInterval(() => {}, 1000)', { signal: AbortSignal.abort() })).toMatchObject({ kind: 'stopped' });
});

test('output beyond its limit is cut, and the program ended', async () => {
  const outcome = await run('setInterval(() => console.log("x".repeat(5000)), 1)');
  expect(outcome.kind).toBe('too-much-output');
  expect(outcome.stdout.length).toBe(100_000);
});

test('a program of the node sees no secret of ours in its environment or arguments', async () => {
  process.env['BINHOST_AGENT_COORDINATOR_SECRET'] = 'planted-secret-7c1f';
  try {
    const spy =
      "for (const f of ['environ', 'cmdline']) process.stdout.write(require('fs').readFileSync('/proc/self/' + f))";
    const outcome = await run(spy);
    expect(JSON.stringify(outcome)).toContain('PATH=');
    expect(JSON.stringify(outcome)).not.toContain('planted');
  } finally {
    delete process.env['BINHOST_AGENT_COORDINATOR_SECRET'];
  }
});
