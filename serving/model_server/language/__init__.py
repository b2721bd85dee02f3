"""A small language model by llama.cpp, behind the same routes as the extractive one."""
