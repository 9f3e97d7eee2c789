/** Runs all until the signal aborts; one that fails stops the others. Resolves when all have ended. */
export async function runTogether(
  signal: AbortSignal,
  tasks: ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const ended = await Promise.allSettled(
    tasks.map((task) =>
      task(either).catch((error: unknown) => {
        failure.abort();
        throw error;
      }),
    ),
  );
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
