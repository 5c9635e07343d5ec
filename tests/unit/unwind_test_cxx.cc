/* SPDX-License-Identifier: MIT */
/* unwind_test_cxx.cc - stacks in destructors and handlers of a C++ exception under way. */
#include <stdexcept>
#include <vector>
#include <algorithm>

extern "C" void probe(void);
extern "C" void cxx_stacks(void);

namespace
{
struct guard {
	~guard()
	{
		probe();
	}
};

[[gnu::noinline]] void thrower(int depth)
{
	guard g;

	if (!depth)
		throw std::runtime_error("thrown");
	thrower(depth - 1);
}
} // namespace

void cxx_stacks(void)
{
	std::vector<int> v{3, 1, 2};

	try {
		thrower(4);
	} catch (const std::exception &) {
		probe();
		try {
			thrower(1);
		} catch (...) {
			probe();
		}
	}
	std::sort(v.begin(), v.end(), [](int a, int b) {
		probe();
		return a < b;
	});
}
