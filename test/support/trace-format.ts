/**
 * Trace format: what a file must be for Perfetto to show all of it, checked on the parsed file. The
 * rules are those of the Trace Event Format, and that slices of one thread nest.
 */

export interface Event {
  readonly ph: string
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly ts?: number
  readonly dur?: number
  readonly cat?: string
  readonly id?: number
  readonly bp?: string
  readonly args?: Readonly<Record<string, string | number | boolean>>
}

/** The events of a file's text. Throws if it is not JSON. */
export function parseTrace(text: string): Event[] {
  return (JSON.parse(text) as { traceEvents: Event[] }).traceEvents
}

/** What is wrong with `events`, a line each; empty if nothing is. */
export function complaintsAbout(events: readonly Event[]): string[] {
  return [
    ...events.flatMap(complainOfOne),
    ...complainOfNames(events),
    ...threads(events).flatMap((slices) => complainOfNesting(slices)),
    ...complainOfPairs(events, 'b', 'e'),
    ...complainOfPairs(events, 's', 'f'),
    ...complainOfFlows(events),
  ]
}

/** Names of the thread tracks, by process. */
export function trackNames(events: readonly Event[]): string[] {
  return events
    .filter(({ ph, name }) => ph === 'M' && name === 'thread_name')
    .map(({ args }) => String(args?.['name']))
}

/** Nanoseconds as Perfetto computes them. */
export function nanoseconds(us: number): number {
  return Math.trunc(us * 1000)
}

function complainOfOne(event: Event): string[] {
  const { ph, pid, tid, ts, dur, args } = event
  const isTime = (value: number | undefined) => value !== undefined && value >= 0
  const wrong = [
    'MXCbesf'.includes(ph) ? '' : 'its phase',
    Number.isInteger(pid) && pid > 0 && Number.isInteger(tid) && tid > 0 ? '' : 'its track',
    ph === 'M' || isTime(ts) ? '' : 'its time',
    ph !== 'X' || isTime(dur) ? '' : 'its duration',
    ph !== 'C' || Object.values(args ?? {}).every(Number.isFinite) ? '' : 'its counters',
    ph !== 'f' || event.bp === 'e' ? '' : 'its binding',
    'besf'.includes(ph) && !Number.isInteger(event.id) ? 'its id' : '',
  ].filter((what) => what !== '')
  return wrong.map((what) => `${what} in ${JSON.stringify(event)}`)
}

function complainOfNames(events: readonly Event[]): string[] {
  const used = new Set(events.map(({ pid, tid }) => `${pid}/${tid}`))
  const named = events.filter(({ ph, name }) => ph === 'M' && name === 'thread_name')
  const names = named.map(({ pid, tid }) => `${pid}/${tid}`)
  const isExact = names.length === used.size && new Set(names).size === names.length
  return isExact ? [] : [`tracks ${[...used].join()} are named ${names.join()}`]
}

/** Slices of each thread, as the viewer sorts them. */
function threads(events: readonly Event[]): Event[][] {
  const byThread = new Map<number, Event[]>()
  for (const event of events) {
    if (event.ph !== 'X') continue
    byThread.set(event.tid, [...(byThread.get(event.tid) ?? []), event])
  }
  const lists = [...byThread.values()]
  for (const list of lists) list.sort((a, b) => a.ts! - b.ts! || b.dur! - a.dur!)
  return lists
}

function complainOfNesting(slices: readonly Event[]): string[] {
  const ends: number[] = []
  return slices.flatMap((slice) => {
    const start = nanoseconds(slice.ts!)
    const end = start + nanoseconds(slice.dur!)
    while (ends.length > 0 && ends.at(-1)! <= start) ends.pop()
    const isInside = ends.length === 0 || end <= ends.at(-1)!
    ends.push(end)
    return isInside ? [] : [`${JSON.stringify(slice)} ends after what it began in`]
  })
}

function complainOfPairs(events: readonly Event[], first: string, second: string): string[] {
  const open = new Map<number, Event>()
  const complaints: string[] = []
  for (const event of events) {
    if (event.ph === first) open.set(event.id!, event)
    if (event.ph !== second) continue
    const start = open.get(event.id!)
    open.delete(event.id!)
    const isFit = start?.name === event.name && start.cat === event.cat && start.ts! <= event.ts!
    if (!isFit) complaints.push(`${JSON.stringify(event)} has no fitting begin`)
  }
  return [...complaints, ...[...open.values()].map((one) => `${JSON.stringify(one)} has no end`)]
}

/** Both ends of an arrow lie in a slice. */
function complainOfFlows(events: readonly Event[]): string[] {
  const starts = new Set(
    events.flatMap(({ ph, tid, ts }) => (ph === 'X' ? [`${tid} ${nanoseconds(ts!)}`] : [])),
  )
  return events
    .filter(({ ph, tid, ts }) => 'sf'.includes(ph) && !starts.has(`${tid} ${nanoseconds(ts!)}`))
    .map((event) => `${JSON.stringify(event)} begins with no slice`)
}
