/* SPDX-License-Identifier: MIT */
/*
 * Silent: what looks like misuse and is none. Objects deleted after the unlock, memory used again without a destroy call,
 * pools that destroy and initialise, arrays of locks, blocks beside the one that is freed, realloc in place, a lock
 * copied over a destroyed one, a fork child that sets up anew what was held, owners that died.
 *
 * expect: none
 * processes: 1..4
 */
#include <malloc.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <memory>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <vector>
#include "victim.h"

struct session {
	std::mutex lock;
	std::shared_mutex table;
	long value = 0;
};

/* std::mutex has no destroy call; its constructor writes what a static initialiser does. */
static void cxx_objects()
{
	for (int i = 0; i < 200; i++) {
		auto *s = new session;

		s->lock.lock();
		s->table.lock_shared();
		s->value++;
		s->table.unlock_shared();
		s->lock.unlock();
		delete s;
	}
}

/* One's own lock is held while others are deleted, all around it. */
static void neighbours()
{
	std::vector<std::unique_ptr<session>> all;

	for (int i = 0; i < 64; i++)
		all.push_back(std::make_unique<session>());
	std::lock_guard<std::mutex> guard(all[32]->lock);
	for (int i = 0; i < 64; i++) {
		if (i != 32)
			all[i].reset();
	}
}

struct object {
	long pad;
	pthread_mutex_t lock;
	pthread_rwlock_t table;
	pthread_spinlock_t spin;
};

static void set_up(object *o)
{
	pthread_mutex_init(&o->lock, nullptr);
	pthread_rwlock_init(&o->table, nullptr);
	pthread_spin_init(&o->spin, PTHREAD_PROCESS_PRIVATE);
}

static void use(object *o)
{
	pthread_mutex_lock(&o->lock);
	pthread_rwlock_wrlock(&o->table);
	pthread_spin_lock(&o->spin);
	pthread_spin_unlock(&o->spin);
	pthread_rwlock_unlock(&o->table);
	pthread_mutex_unlock(&o->lock);
}

static void tear_down(object *o)
{
	pthread_mutex_destroy(&o->lock);
	pthread_rwlock_destroy(&o->table);
	pthread_spin_destroy(&o->spin);
}

static void pool()
{
	static object objects[8];

	for (int round = 0; round < 10; round++) {
		for (auto &o : objects)
			set_up(&o);
		for (auto &o : objects)
			use(&o);
		for (auto &o : objects)
			tear_down(&o);
	}
}

static const object fresh = {0, PTHREAD_MUTEX_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER, 1};

/* Destroyed, freed, and there again as an object that is copied in, or was never destroyed. */
static void reused()
{
	for (int i = 0; i < 20; i++) {
		auto *o = (object *)malloc(sizeof(object));

		set_up(o);
		use(o);
		if (i % 2)
			tear_down(o);
		free(o);
		o = (object *)malloc(sizeof(object));
		memcpy(o, &fresh, sizeof(fresh));
		use(o);
		free(o);
	}
}

/* The same without the memory being given back in between. */
static void rewritten()
{
	static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER, copy;

	for (int i = 0; i < 3; i++) {
		pthread_mutex_lock(&m);
		pthread_mutex_unlock(&m);
		pthread_rwlock_rdlock(&l);
		pthread_rwlock_unlock(&l);
		pthread_mutex_destroy(&m);
		pthread_rwlock_destroy(&l);
		m = fresh.lock;
		l = fresh.table;
	}
	pthread_rwlock_destroy(&l);
	memcpy(&copy, &l, sizeof(copy));
	pthread_rwlock_rdlock(&copy);
	pthread_rwlock_unlock(&copy);
	pthread_mutex_destroy(&m);
	new (&m) std::mutex;
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
}

/* Held in a block that grows where it is, or in one of two blocks. */
static void resized()
{
	auto *o = (object *)calloc(1, 4096);
	void *other = malloc(100);

	set_up(o);
	pthread_mutex_lock(&o->lock);
	must(realloc(o, malloc_usable_size(o)) == o, "realloc in place");
	other = realloc(other, 100000);
	free(other);
	munmap(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096);
	pthread_mutex_unlock(&o->lock);
	tear_down(o);
	free(o);
}

static pthread_mutex_t at_fork = PTHREAD_MUTEX_INITIALIZER, by_other = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t read_at_fork = PTHREAD_RWLOCK_INITIALIZER;
static object *heap_at_fork;
static sem_t ready, end;

static void in_child()
{
	pthread_mutex_init(&at_fork, nullptr);
	pthread_mutex_destroy(&by_other);
	pthread_mutex_init(&by_other, nullptr);
	pthread_rwlock_destroy(&read_at_fork);
	pthread_rwlock_init(&read_at_fork, nullptr);
	free(heap_at_fork);
	pthread_mutex_lock(&at_fork);
	pthread_mutex_lock(&by_other);
	pthread_mutex_unlock(&by_other);
	pthread_mutex_unlock(&at_fork);
	exit(0);
}

static void *other_holds(void *unused)
{
	pthread_mutex_lock(&by_other);
	sem_post(&ready);
	sem_wait(&end);
	pthread_mutex_unlock(&by_other);
	return unused;
}

/* In one child all is given back, in the other it is set up anew. */
static void forked()
{
	pthread_t thread;

	sem_init(&ready, 0, 0);
	sem_init(&end, 0, 0);
	must(!pthread_create(&thread, nullptr, other_holds, nullptr), "pthread_create");
	sem_wait(&ready);
	heap_at_fork = (object *)calloc(1, sizeof(object));
	pthread_mutex_lock(&heap_at_fork->lock);
	pthread_mutex_lock(&at_fork);
	pthread_rwlock_rdlock(&read_at_fork);
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid == 0 && i == 0)
			in_child();
		pthread_rwlock_unlock(&read_at_fork);
		pthread_mutex_unlock(&at_fork);
		if (pid == 0)
			exit(0);
		waitpid(pid, nullptr, 0);
		pthread_mutex_lock(&at_fork);
		pthread_rwlock_rdlock(&read_at_fork);
	}
	pthread_rwlock_unlock(&read_at_fork);
	pthread_mutex_unlock(&at_fork);
	pthread_mutex_unlock(&heap_at_fork->lock);
	free(heap_at_fork);
	sem_post(&end);
	pthread_join(thread, nullptr);
}

static pthread_mutex_t robust;

static void die()
{
	pthread_mutex_lock(&robust);
}

/* The owner word of such a mutex is not a thread until it is consistent. */
static void owner_died()
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attr);
	in_thread(die);
	must(pthread_mutex_lock(&robust) == EOWNERDEAD, "the owner died");
	nest(&at_fork, &by_other);
	pthread_mutex_consistent(&robust);
	pthread_mutex_unlock(&robust);
	in_thread(die);
	pthread_mutex_destroy(&robust);
	pthread_mutex_init(&robust, &attr);
	pthread_mutex_lock(&robust);
	pthread_mutex_unlock(&robust);
}

/* Two processes, one lock: one destroys it, the other sets it up again. */
static void shared()
{
	void *p = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	auto *m = (pthread_mutex_t *)p;
	auto *s = (pthread_spinlock_t *)((char *)p + 1024);
	auto *l = (pthread_rwlock_t *)((char *)p + 2048);
	pthread_rwlockattr_t rwattr;
	pthread_mutexattr_t attr;

	must(p != MAP_FAILED, "mmap");
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_rwlockattr_init(&rwattr);
	pthread_rwlockattr_setpshared(&rwattr, PTHREAD_PROCESS_SHARED);
	for (int i = 0; i < 2; i++) {
		pthread_mutex_init(m, &attr);
		pthread_spin_init(s, PTHREAD_PROCESS_SHARED);
		pthread_rwlock_init(l, &rwattr);
		if (i && fork() == 0)
			_exit(0);
		if (i)
			wait(nullptr);
		pthread_mutex_lock(m);
		pthread_mutex_unlock(m);
		pthread_spin_lock(s);
		pthread_spin_unlock(s);
		pthread_rwlock_wrlock(l);
		pthread_rwlock_unlock(l);
		pthread_mutex_destroy(m);
		pthread_spin_destroy(s);
		pthread_rwlock_destroy(l);
	}
	fflush(stdout);
	if (fork() == 0) {
		pthread_mutex_init(m, &attr);
		pthread_spin_init(s, PTHREAD_PROCESS_SHARED);
		pthread_rwlock_init(l, &rwattr);
		_exit(0);
	}
	wait(nullptr);
	pthread_mutex_lock(m);
	pthread_spin_lock(s);
	pthread_spin_unlock(s);
	pthread_mutex_unlock(m);
	pthread_rwlock_rdlock(l);
	pthread_rwlock_unlock(l);
}

int main()
{
	cxx_objects();
	neighbours();
	pool();
	reused();
	rewritten();
	resized();
	forked();
	owner_died();
	shared();
	puts("done");
	return 0;
}
