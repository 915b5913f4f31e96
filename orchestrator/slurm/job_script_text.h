// The lines of a job script that are the same in all of them. They use the variables that job_script.cpp sets:
// headsweep, store, run, max_restarts, failed_code, workers, launch.
#pragma once

namespace headsweep::slurm {

// An element of an array shares its id with the whole array if it is the last one: hence the underscore.
inline constexpr const char* kBookkeeping = R"bash(
job=$SLURM_JOB_ID
[[ -z $SLURM_ARRAY_JOB_ID ]] || job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
restarts=${SLURM_RESTART_COUNT:-0}

say() { echo "$(date '+%F %T') job $job: $1"; }
end() { # CODE WORDS
  say "$2"
  exit "$1"
}
# Prints how much is trained. Exit code: 0 all done, 3 work remains, 4 finished but some trials failed.
progress() { "$headsweep" status "$store" --progress; }

# The signal before the end of the slot, a pre-emption, scancel: the run is told to stop and writes checkpoints.
running='' stopping=''
stop() {
  stopping=yes
  [[ -z $running ]] || kill -USR1 "$running" 2>/dev/null
}
trap stop USR1 TERM
)bash";

// `run --limit 0` makes the store and refuses what no training can go on with: mpirun hides the exit code.
inline constexpr const char* kPreparation = R"bash(
mkdir -p "$store.d/slurm" || exit 1
"${run[@]}" --limit 0 --quiet
code=$?
((code == 0 || code == 3 || code == 4)) || end 1 "not started: the reason is above"
before=$(progress)

# How many restarts in a row have trained nothing; the first start is none.
record=$store.d/slurm/progress-$job
idle=0
if ((restarts > 1)) && read -r last idle <"$record"; then
  if [[ $last == "$before" ]]; then idle=$((idle + 1)); else idle=0; fi
fi
echo "$before $idle" >"$record"
((idle < 2)) || end 3 "no progress in two restarts: stopped for good; see the messages above and headsweep logs"

)bash";

// So that the run begins nothing that would not reach a checkpoint: it knows when the signal comes. It stops 30 s before
// its walltime is over.
inline constexpr const char* kTimeLeft = R"bash(# Where the slot has an end the run is told of it.
if ends=$(date -d "$(squeue -h -j "$job" -o %e)" +%s 2>/dev/null); then
  left=$((ends - $(date +%s) - signal_before_end + 30))
  ((left <= 0)) || run+=(--walltime "${left}s")
fi
)bash";

inline constexpr const char* kCountAllocatedCpus = R"bash(# As "4(x2),8": how many on how many nodes.
cpus=0
IFS=, read -ra groups <<<"$SLURM_JOB_CPUS_PER_NODE"
for group in "${groups[@]}"; do
  count=${group%%[(]*} nodes=1
  [[ $group != *x* ]] || nodes=${group#*x} nodes=${nodes%)}
  cpus=$((cpus + count * nodes))
done
)bash";

inline constexpr const char* kLaunchByMpirun = R"bash(# A run outlives a lost worker where mpirun lets it.
case $(mpirun --version) in
  *"(Open MPI) 4."*) survive=(--enable-recovery) ;;
  *"(Open MPI) 5."*) survive=(--with-ft ulfm --mca pml ob1 --mca btl "self,tcp") ;;
  *) survive=() ;;
esac
launch=(mpirun --bind-to none --map-by slot --oversubscribe "${survive[@]}" -n "$((workers + 1))")
)bash";

inline constexpr const char* kLaunchBySrun =
    R"bash(unset SLURM_NTASKS_PER_NODE SLURM_CPUS_PER_TASK # of the job, not of this step
launch=(srun --mpi=pmix --nodes="$SLURM_JOB_NUM_NODES" --ntasks="$((workers + 1))" --overcommit
  --distribution=block --cpu-bind=none --kill-on-bad-exit=0)
)bash";

// `wait` returns when a signal was trapped; the run goes on until it has stopped.
inline constexpr const char* kTraining = R"bash(
say "start $((restarts + 1)) on $SLURM_JOB_NODELIST: $workers workers and the coordinator"
if [[ -z $stopping ]]; then
  "${launch[@]}" "${run[@]}" &
  running=$!
  while :; do
    wait "$running"
    code=$?
    kill -0 "$running" 2>/dev/null || break
  done
  say "the run has ended with exit code $code"
fi
)bash";

inline constexpr const char* kDecision = R"bash(
now=$(progress)
case $? in
  0) end 0 "all trials are done" ;;
  4) end "$failed_code" "finished, but some trials failed: headsweep query STORE failures" ;;
  3) ;;
  *) end 1 "the store cannot be read" ;;
esac
case $(squeue -h -j "$job" -o %T) in
  RUNNING | '') ;;
  *) end 3 "SLURM ends this job (scancel, time limit) or requeues it (pre-emption): left to it" ;;
esac
if ((restarts > 0)); then
  if [[ $now == "$before" ]]; then idle=$((idle + 1)); else idle=0; fi
fi
((idle < 2)) || end 3 "no progress in two restarts: stopped for good; see the messages above and headsweep logs"
((restarts < max_restarts)) || end 3 "restarted $restarts times, as often as it may; submit again to go on"
say "work remains: requeued"
trap '' USR1 TERM
scontrol requeue "$job" || end 3 "SLURM does not requeue this job; submit again to go on"
)bash";

}  // namespace headsweep::slurm
