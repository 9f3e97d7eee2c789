/**
 * A pump runs one action at a time: a wake while it runs leads to exactly one more run. So a burst of hints costs one
 * run, and nothing that happened during a run is missed.
 */
export interface Pump {
  wake(): void;
  /** Resolves when no run is under way and none is due. */
  idle(): Promise<void>;
  /** No run begins after this; resolves when the current one has ended. */
  stop(): Promise<void>;
}

/**
 * @param onError a failed run never stops the pump: the next wake tries again
 */
export function makePump(action: () => Promise<void>, onError: (error: unknown) => void): Pump {
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    while (wanted && !stopped) {
      wanted = false;
      await action().catch(onError);
    }
    running = undefined;
  };

  return {
    wake: () => {
      wanted = true;
      if (!stopped) running ??= run();
    },
    idle: async () => {
      await running;
    },
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
