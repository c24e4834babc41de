// What one principal of a service may ask of its governor: to run its own tasks, to see its own jobs and decisions, and to
// narrow the node. Whose it is, the socket says that it came in at; nothing that is asked can name somebody else.
import { WritError } from "../../stdx/writ-error.ts";
import type { Job } from "../queue/job.ts";
import { unknownJob } from "../queue/stored-job.ts";
import type { Governing } from "../server/governing.ts";

/**
 * `governing` for `uid`. Jobs and records of others are as unknown to it as such that do not exist; what is the operator's
 * throws WRIT_SERVICE_REFUSED.
 */
export function asPrincipal(governing: Governing, uid: number): Governing {
  const isOwn = (job: Job): boolean => job.principal === governing.principalOf(uid);
  const ownJob = async (id: number): Promise<void> => {
    const { jobs } = await governing.jobs(true);
    const job = jobs.find((one) => one.id === id);
    if (job === undefined || !isOwn(job)) throw unknownJob(id);
  };
  const ownRecord = async (sequence: number): ReturnType<Governing["explain"]> => {
    const told = await governing.explain(sequence);
    const name = governing.principalOf(uid);
    if (name !== null && told.decision.principal === name) return told;
    throw new WritError("WRIT_RECORD_UNKNOWN", `record ${sequence} is no decision of this principal`, {
      hint: "writ ps --all",
    });
  };
  return {
    decide: (input) => governing.decide(input, uid),
    check: (input) => governing.check(input, uid),
    run: (input, wait, client) => governing.run(input, wait, client, uid),
    explain: ownRecord,
    draft: async (sequence, merge) => {
      await ownRecord(sequence);
      return governing.draft(sequence, merge);
    },
    submit: async (input, terms) => {
      for (const id of terms.after) await ownJob(id);
      return governing.submit(input, terms, uid);
    },
    jobs: async (all) => {
      const { jobs, counts } = await governing.jobs(all);
      return { jobs: jobs.filter(isOwn), counts };
    },
    cancel: async (job) => {
      await ownJob(job);
      return governing.cancel(job);
    },
    wait: async (job) => {
      await ownJob(job);
      return governing.wait(job);
    },
    output: async (job, stream, from) => {
      await ownJob(job);
      return governing.output(job, stream, from);
    },
    narrow: (request) => governing.narrow(request, uid),
    status: () => governing.status(),
    principalOf: () => governing.principalOf(uid),
    head: () => governing.head(),
    unsaid: (error) => governing.unsaid(error),
    spec: () => Promise.reject(operators()),
    rotate: () => Promise.reject(operators()),
    erase: () => Promise.reject(operators()),
    enrol: () => Promise.reject(operators()),
    remove: () => Promise.reject(operators()),
    serve: () => ({ ended: Promise.reject(operators()), finish: nothing, leave: nothing }),
    close: () => Promise.reject(operators()),
  };
}

function nothing(): void {
  // Nothing was begun.
}

function operators(): WritError {
  return new WritError("WRIT_SERVICE_REFUSED", "only the operator of this service may ask that", {
    hint: "sudo -u writ writ …  # with --home and the service's home",
  });
}
