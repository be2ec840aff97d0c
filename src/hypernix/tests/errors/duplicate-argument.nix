{ memory, cores, memory }: memory
