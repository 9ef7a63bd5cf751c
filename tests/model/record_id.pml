/* Events with an id, as in core/ledger/id_table.h, shard.cc and undo.cc: two processes record the
 * same event, each into a cell of its own; one slot decides. Either may be killed between any two
 * stores; whoever finds a claim that stays pending takes it over.
 *
 * Claims: the event counts once when somebody's record returned, and never twice, in what is read
 * once nobody changes anything any more (ONCE); who is told "duplicate" finds it counted (COUNTED). */

#define OWNERS 2
#define FREE 0
#define PENDING(t) (2 * (t) + 2)
#define DONE(t) (2 * (t) + 3)

byte slot;                     /* FREE, pending or done under an owner's token */
byte sequence[OWNERS], events[OWNERS], generation[OWNERS];
byte image_sequence[OWNERS], image_events[OWNERS];
bool dead[OWNERS], finished[OWNERS], returned[OWNERS], duplicate[OWNERS];

#define ALIVE atomic { !dead[me] ->
#define END }

/* What a reader takes of an owner's cell that does not move any more. */
#define OPEN(o) (generation[o] % 2 == 1)
#define COMMITTED(o) (slot == DONE(o))
#define SEEN(o) (sequence[o] % 2 == 0 -> events[o] : \
                 (OPEN(o) && !COMMITTED(o) -> image_events[o] : events[o]))

proctype Owner(byte me) {
  byte found;
  bool won;
again:
  ALIVE found = slot END
  if
  /* protocol: claim */
  :: (found % 2 == 1) -> ALIVE duplicate[me] = true END goto out
  /* end */
  :: else ->
    /* Free, or a claim that stays pending: claimed by one compare-exchange. */
    ALIVE
      if
      :: slot == found -> slot = PENDING(me); won = true
      :: else -> won = false
      fi
    END
    if :: !won -> goto again :: else fi
  fi;
  /* protocol: images */
  ALIVE image_sequence[me] = sequence[me] END
  ALIVE image_events[me] = events[me] END
  ALIVE generation[me] = generation[me] + 1 END
  ALIVE sequence[me] = sequence[me] + 1 END
  ALIVE events[me] = image_events[me] + 1 END
  /* end */
  /* protocol: commit */
  ALIVE if :: (slot == PENDING(me)) -> slot = DONE(me); won = true :: else -> won = false fi END
  /* end */
  if
  :: !won ->
    /* protocol: roll back */
    ALIVE events[me] = image_events[me] END
    /* end */
  :: else
  fi;
  /* protocol: close */
  ALIVE generation[me] = generation[me] + 1 END
  ALIVE sequence[me] = sequence[me] + 1 END
  /* end */
  if :: !won -> goto again :: else fi;
  ALIVE returned[me] = true END
out:
  finished[me] = true
}

proctype Killer(byte victim) { dead[victim] = true }

init {
  atomic {
    run Owner(0);
    run Owner(1);
    run Killer(0);
    run Killer(1);
  }
  /* Nobody moves any more. */
  atomic {
    (dead[0] || finished[0]) && (dead[1] || finished[1]) ->
    assert(SEEN(0) + SEEN(1) <= 1);                                     /* ONCE */
    assert(!(returned[0] || returned[1]) || SEEN(0) + SEEN(1) == 1);
    assert(!(duplicate[0] || duplicate[1]) || SEEN(0) + SEEN(1) == 1);  /* COUNTED */
    assert(returned[0] + returned[1] <= 1)
  }
}

/* A reader at any time: once it saw the event it is there for good, and never twice. */
active proctype Reader() {
  byte seen;
  atomic { seen = SEEN(0) + SEEN(1); assert(seen <= 1) };
  atomic { assert(seen <= SEEN(0) + SEEN(1)) }
}
