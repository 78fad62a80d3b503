/**
 * Core thread: what Piscina loads in a worker. It only imports the core's main module, because
 * Piscina loads by `require`, and Node 20 aborts the whole process if a thread is ended while
 * `require` brings in an ES module; `import` minds nothing.
 */
module.exports = {
  coreMain: async (start: unknown): Promise<unknown> => {
    const { coreMain } = await import('./core-main.ts')
    return coreMain(start as Parameters<typeof coreMain>[0]) // what startCore sends
  },
}
