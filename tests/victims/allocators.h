/* SPDX-License-Identifier: MIT */
/*
 * allocators.h - the work of the victims that are linked with another allocator: every form of
 * allocation, freed by others than allocated it, early, late and across threads; with one reclaim
 * inversion by malloc and one by operator new, which such allocators define themselves.
 */
#include <malloc.h>
#include <new>
#include <string>
#include <thread>
#include <vector>
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t malloc_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t new_lock = PTHREAD_MUTEX_INITIALIZER;
static std::string before_main = "a string that is too long for the small buffer of a string";
static std::vector<char *> blocks[4];

static void shrink()
{
	pthread_mutex_lock(&malloc_lock);
	pthread_mutex_unlock(&malloc_lock);
	pthread_mutex_lock(&new_lock);
	pthread_mutex_unlock(&new_lock);
}

static void fill(int which)
{
	for (int i = 1; i < 500; i++) {
		blocks[which].push_back((char *)malloc((size_t)i * 10));
		blocks[which].push_back((char *)calloc(3, (size_t)i));
		blocks[which].push_back((char *)realloc(malloc(5), (size_t)i * 100));
		blocks[which].push_back((char *)memalign(64, (size_t)i));
		std::string *s = new std::string(100, 'x');
		delete s;
	}
}

static void drain(int which)
{
	for (char *p : blocks[which])
		free(p);
	blocks[which].clear();
}

int main()
{
	std::vector<std::thread> threads;
	void *p;

	for (int i = 0; i < 4; i++)
		threads.emplace_back(fill, i);
	for (std::thread &t : threads)
		t.join();
	for (int i = 0; i < 4; i++)
		std::thread(drain, i).join();
	kfree(krealloc(kmalloc(10, GFP_KERNEL), 1000, GFP_KERNEL));

	direct_reclaim(shrink);
	pthread_mutex_lock(&malloc_lock);
	p = malloc(100);
	pthread_mutex_unlock(&malloc_lock);
	free(p);
	pthread_mutex_lock(&new_lock);
	int *volatile q = new int(1);
	pthread_mutex_unlock(&new_lock);
	delete q;
	printf("%zu\n", before_main.size());
	return 0;
}
